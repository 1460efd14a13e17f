import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { findMethod, linkFile } from './link-method.ts';

const otherDisk = '/dev/shm';

/** One sealed file, and a place for another of that name. */
async function makeFile(context: TestContext): Promise<{ from: string; to: string }> {
  const folder = await temporaryFolder(context);
  const from = join(folder, 'from');
  writeFileSync(from, 'content');
  chmodSync(from, 0o555);
  return { from, to: join(folder, 'to') };
}

/** Skipped where all of the machine is one file system. */
async function otherDiskFolder(context: TestContext, from: string): Promise<string | undefined> {
  if (!existsSync(otherDisk) || statSync(otherDisk).dev === statSync(from).dev) {
    context.skip(`needs ${otherDisk} as a file system of its own`);
    return undefined;
  }
  const folder = mkdtempSync(join(otherDisk, 'belljar-test-'));
  context.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

describe('findMethod()', () => {
  it('links where that can be done, and leaves nothing of the trial', async (context) => {
    const { from, to } = await makeFile(context);
    assert.equal(await findMethod(from, to), 'hard');
    assert.ok(!existsSync(to));
  });

  it('copies to another file system', async (context) => {
    const { from } = await makeFile(context);
    const folder = await otherDiskFolder(context, from);
    if (folder === undefined) return;
    assert.equal(await findMethod(from, join(folder, 'to')), 'copy');
    assert.ok(!existsSync(join(folder, 'to')));
  });

  it('does not take a fault for a file system without links', async (context) => {
    const { from, to } = await makeFile(context);
    await assert.rejects(findMethod(`${from}.gone`, to), { code: 'ENOENT' });
    writeFileSync(to, 'other');
    await assert.rejects(findMethod(from, to), { code: 'EEXIST' });
  });
});

describe('linkFile()', () => {
  it('makes a link the same file', async (context) => {
    const { from, to } = await makeFile(context);
    linkFile(from, to, 'hard');
    assert.equal(statSync(to).ino, statSync(from).ino);
  });

  for (const method of ['reflink', 'copy'] as const) {
    it(`makes a file of its own by ${method}, with the bytes and the mode of the other`, async (context) => {
      const { from, to } = await makeFile(context);
      linkFile(from, to, method);
      assert.notEqual(statSync(to).ino, statSync(from).ino);
      assert.equal(readFileSync(to, 'utf8'), 'content');
      assert.equal(statSync(to).mode & 0o777, 0o555);
    });
  }

  for (const method of ['hard', 'copy'] as const) {
    it(`writes over nothing by ${method}`, async (context) => {
      const { from, to } = await makeFile(context);
      writeFileSync(to, 'other');
      assert.throws(() => linkFile(from, to, method), { code: 'EEXIST' });
      assert.equal(readFileSync(to, 'utf8'), 'other');
    });
  }
});
