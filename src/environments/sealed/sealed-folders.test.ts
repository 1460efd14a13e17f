import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { removeTree } from '../shelf/remove-tree.ts';
import { FolderWriter } from './folder-writer.ts';
import { sealInto } from './seal-into.ts';
import { type Sealed, SealedFolders } from './sealed-folders.ts';

const content = Buffer.from('content');
const sha256 = createHash('sha256').update(content).digest('hex');

function open(text: string, place: string): Sealed<string> | undefined {
  if (!text.startsWith('whole')) return undefined;
  const files = [{ path: 'a', sha256, sizeBytes: content.length, isExecutable: false }];
  return { value: text, folder: join(place, 'tree'), files };
}

async function seal(context: TestContext): Promise<string> {
  const environmentsFolder = await temporaryFolder(context);
  const place = join(environmentsFolder, 'place/thing');
  const fill = async (half: string): Promise<string> => {
    using writer = new FolderWriter(join(half, 'tree'));
    writer.open('a');
    writer.write(content);
    writer.close(false);
    await writer.seal();
    return 'whole';
  };
  await sealInto({ what: 'it', environmentsFolder, place, isThere: () => Promise.resolve(false), fill });
  return place;
}

function damage(place: string): void {
  const path = join(place, 'tree/a');
  chmodSync(path, 0o644);
  writeFileSync(path, 'CONTENT');
  chmodSync(path, 0o444);
}

describe('SealedFolders', () => {
  it('finds what was sealed, and nothing else', async (context) => {
    const place = await seal(context);
    const folders = new SealedFolders(open);
    assert.equal(await folders.find(place), 'whole');
    assert.equal(await folders.find(place), 'whole');
    assert.equal(await folders.find(`${place}.other`), undefined);
    await removeTree(place);
    assert.equal(await folders.find(place), undefined);
  });

  it('does not find what has no whole manifest', async (context) => {
    const place = await seal(context);
    const manifest = join(place, 'manifest.json');
    chmodSync(manifest, 0o644);
    writeFileSync(manifest, 'wh');
    assert.equal(await new SealedFolders(open).find(place), undefined);
  });

  it('reads all of it once more where the machine was started since', async (context) => {
    const place = await seal(context);
    const stamp = join(place, 'boot');
    const own = readFileSync(stamp, 'utf8');
    writeFileSync(stamp, 'another');
    assert.equal(await new SealedFolders(open).find(place), 'whole');
    assert.equal(readFileSync(stamp, 'utf8'), own);
    damage(place);
    assert.equal(await new SealedFolders(open).find(place), 'whole', 'believed until the machine starts again');
    writeFileSync(stamp, 'another');
    assert.equal(await new SealedFolders(open).find(place), undefined);
    assert.ok(existsSync(place));
  });

  it('tells what differs when it is asked to look at every file', async (context) => {
    const place = await seal(context);
    const folders = new SealedFolders(open);
    assert.deepEqual(await folders.verify(place), []);
    damage(place);
    assert.deepEqual(await folders.verify(place), [{ path: 'a', what: 'content' }]);
    assert.equal(await folders.verify(`${place}.other`), undefined);
  });
});
