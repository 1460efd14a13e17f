import assert from 'node:assert/strict';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';

import { Stage } from './stage.ts';

describe('Stage', () => {
  it('is a folder that everyone can reach, and gone afterwards', async () => {
    const stage = await Stage.set();
    for (let folder = stage.folder; folder !== '/'; folder = dirname(folder)) {
      assert.notEqual(statSync(folder).mode & 0o001, 0, folder);
    }
    await stage[Symbol.asyncDispose]();
    assert.equal(existsSync(stage.folder), false);
  });

  it('stands elsewhere where the way to the temporary folder is closed', async () => {
    const before = process.env['TMPDIR'];
    await using outer = await Stage.set();
    const closed = join(outer.folder, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    process.env['TMPDIR'] = closed;
    try {
      assert.equal(tmpdir(), closed);
      await using stage = await Stage.set();
      assert.notEqual(dirname(stage.folder), closed);
    } finally {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
    }
  });

  it('undoes in reverse what was set up, and has a nonce and a secret of its own', async () => {
    const undone: number[] = [];
    const stage = await Stage.set();
    stage.defer(() => undone.push(1));
    stage.defer(() => undone.push(2));
    await stage[Symbol.asyncDispose]();
    assert.deepEqual(undone, [2, 1]);
    await using other = await Stage.set();
    assert.notEqual(other.nonce, stage.nonce);
    assert.notEqual(other.secret, stage.secret);
  });
});
