import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';

import { makeWritable, passOn, readWords, vacate } from './folders.ts';

const folder = mkdtempSync(join(tmpdir(), 'belljar-cgroup-'));
after(() => rmSync(folder, { recursive: true }));

describe('makeWritable()', () => {
  it('makes the folder, and finds it the second time', async () => {
    assert.equal(await makeWritable(join(folder, 'made')), undefined);
    assert.equal(await makeWritable(join(folder, 'made')), undefined);
  });

  it('says why it cannot', async () => {
    writeFileSync(join(folder, 'file'), '');
    assert.match((await makeWritable(join(folder, 'file/below'))) ?? '', /cannot make groups in .*: ENOTDIR/);
    assert.match((await makeWritable('/proc/belljar')) ?? '', /cannot make groups in \/proc\/belljar: E/);
  });
});

describe('passOn()', () => {
  it('leaves a controller alone that is passed on already, and adds the others', async () => {
    const file = join(folder, 'cgroup.subtree_control');
    writeFileSync(file, 'memory pids\n');
    assert.equal(await passOn(folder, 'memory'), undefined);
    assert.equal(readFileSync(file, 'utf8'), 'memory pids\n');
    assert.equal(await passOn(folder, 'cpu'), undefined);
    assert.match(readFileSync(file, 'utf8'), /^\+cpu/);
  });

  it('says why it cannot', async () => {
    assert.equal(await passOn('/nowhere', 'memory'), 'cannot pass the memory controller on in /nowhere: ENOENT');
  });
});

describe('vacate()', () => {
  it('makes no group where nothing is to be moved', async () => {
    writeFileSync(join(folder, 'cgroup.procs'), '');
    await vacate(folder);
    await assert.rejects(readWords(join(folder, 'belljar-self/cgroup.procs')), { code: 'ENOENT' });
  });

  it('fails where there is no group to move to', async () => {
    writeFileSync(join(folder, 'cgroup.procs'), `${process.pid}\n`);
    await assert.rejects(vacate(folder), { code: 'ENOENT' });
  });
});
