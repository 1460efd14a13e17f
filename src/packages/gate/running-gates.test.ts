import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { announceGate, findRunningGates } from './running-gates.ts';

test('findRunningGates() finds those that are open, and sweeps what others left', async (context) => {
  const folder = join(await temporaryFolder(context), 'gate');
  assert.deepEqual(await findRunningGates(folder), []);
  const own = { pid: process.pid, url: 'http://127.0.0.1:1234', token: 'secret' };
  const announced = await announceGate(folder, own);
  const path = join(folder, `running-${process.pid}.json`);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  const { pid } = spawnSync(process.execPath, ['--version']);
  await writeFile(join(folder, `running-${pid}.json`), JSON.stringify({ ...own, pid }));
  await writeFile(join(folder, 'running-1.json'), '{');
  await writeFile(join(folder, 'clients.json'), '{}');
  assert.deepEqual(await findRunningGates(folder), [own]);
  assert.deepEqual((await readdir(folder)).sort(), ['clients.json', `running-${process.pid}.json`]);
  await announced[Symbol.asyncDispose]();
  assert.deepEqual(await findRunningGates(folder), []);
});

test('announceGate() is never met half-way', async (context) => {
  const folder = await temporaryFolder(context);
  const long = { pid: process.pid, url: 'http://127.0.0.1:1234', token: 'x'.repeat(8 << 20) };
  for (let round = 0; round < 5; round++) {
    const state = { isWritten: false };
    const announcing = announceGate(folder, long).finally(() => (state.isWritten = true));
    while (!state.isWritten) await findRunningGates(folder);
    await announcing;
    assert.equal((await findRunningGates(folder)).length, 1, 'who looked meanwhile swept it away');
    assert.deepEqual(await readdir(folder), [`running-${process.pid}.json`]);
  }
});
