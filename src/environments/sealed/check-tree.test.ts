import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { BelljarError } from '../../errors.ts';
import { checkTree } from './check-tree.ts';
import type { SealedFile } from './sealed-file.ts';

async function makeTree(context: TestContext): Promise<{ folder: string; files: SealedFile[] }> {
  const folder = await temporaryFolder(context);
  mkdirSync(join(folder, 'site'));
  const files = ['site/a.py', 'site/b.py', 'tool'].map((path): SealedFile => {
    const isExecutable = path === 'tool';
    writeFileSync(join(folder, path), path);
    chmodSync(join(folder, path), isExecutable ? 0o555 : 0o444);
    const sha256 = createHash('sha256').update(path).digest('hex');
    return { path, sha256, sizeBytes: path.length, isExecutable };
  });
  return { folder, files };
}

describe('checkTree()', () => {
  it('finds nothing where everything is as it was', async (context) => {
    const { folder, files } = await makeTree(context);
    assert.deepEqual(await checkTree(folder, files), []);
  });

  it('names what is not', async (context) => {
    const changes: readonly [string, string, (path: string) => void][] = [
      ['site/a.py', 'missing', (path) => rmSync(path)],
      ['site/a.py', 'mode', (path) => chmodSync(path, 0o644)],
      ['tool', 'mode', (path) => chmodSync(path, 0o444)],
      ['tool', 'mode', (path) => chmodSync(path, 0o4555)],
      ['site/a.py', 'size', (path) => rewrite(path, 'longer than before')],
      ['site/a.py', 'content', (path) => rewrite(path, 'site/A.py')],
      ['site/new.py', 'unexpected', (path) => writeFileSync(path, '')],
    ];
    for (const [path, what, change] of changes) {
      const { folder, files } = await makeTree(context);
      change(join(folder, path));
      assert.deepEqual(await checkTree(folder, files), [{ path, what }]);
    }
  });

  it('follows no link, though it leads to the same', async (context) => {
    const { folder, files } = await makeTree(context);
    const outside = join(await temporaryFolder(context), 'same');
    rmSync(join(folder, 'site/a.py'));
    writeFileSync(outside, 'site/a.py');
    symlinkSync(outside, join(folder, 'site/a.py'));
    assert.deepEqual(await checkTree(folder, files), [{ path: 'site/a.py', what: 'kind' }]);
  });

  it('ends when the caller gives up', async (context) => {
    const { folder, files } = await makeTree(context);
    const given = checkTree(folder, files, AbortSignal.abort());
    await assert.rejects(given, (error: unknown) => error instanceof BelljarError && error.code === 'CANCELLED');
  });
});

function rewrite(path: string, text: string): void {
  chmodSync(path, 0o644);
  writeFileSync(path, text);
  chmodSync(path, 0o444);
}
