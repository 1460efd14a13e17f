/** Runs in the guest alone, as an ordinary user in a login session of systemd. */
import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { findPlacesBy } from '../found-places.ts';

const scope = ['systemd-run', '--user', '--quiet', '--scope'];
const delegated = [...scope, '--property=Delegate=yes'];
const command = 'systemd-run --user --scope -p Delegate=yes ./belljar run FILE';

describe('an ordinary user in a login session', () => {
  it('is refused, and told the command that delegates', () => {
    const { before, after, places } = findPlacesBy('env');
    assert.match(before, /session-.*\.scope$/);
    assert.equal(after, before);
    assert.ok(places.memory.version === 'none');
    assert.match(places.memory.why, /not delegated to this user/);
    assert.ok(places.memory.remedy?.endsWith(command));
    const { status, stdout, stderr } = run([], 'print("ran")');
    assert.equal(status, 125, stderr);
    assert.equal(stdout, '');
    assert.ok(stderr.includes(command), stderr);
  });
});

describe('an ordinary user in a scope that is not delegated', () => {
  it('is refused and not moved, though every file could be written', () => {
    const { before, after, places } = findPlacesBy(...scope);
    assert.match(before, /user@\d+\.service\/.*\.scope$/);
    assert.equal(after, before);
    assert.equal(places.memory.version, 'none');
  });
});

describe('an ordinary user in a delegated scope', () => {
  it('has groups of its own with every controller', () => {
    const { before, after, places } = findPlacesBy(...delegated);
    assert.equal(after, join(before, 'belljar-self'));
    for (const place of [places.memory, places.pids, places.cpuacct]) {
      assert.deepEqual(place, { version: 2, folder: join('/sys/fs/cgroup', before, 'belljar') });
    }
  });

  it('runs code by the built-in policy, as nobody in particular', () => {
    const { status, stdout, stderr } = run(delegated, 'import os\nprint("ran as", os.getuid())');
    assert.equal(status, 0, stderr);
    assert.equal(stdout, 'ran as 1000\n');
  });

  it('has memory limited', () => {
    const { status, stderr } = run(delegated, 'x = bytearray(1 << 29)\nprint(len(x))', '--memory', '64MiB');
    assert.notEqual(status, 0);
    assert.match(stderr, /memory/);
    const control = run(delegated, 'x = bytearray(1 << 29)\nprint(len(x))', '--memory', '1GiB');
    assert.equal(control.stdout, `${2 ** 29}\n`, control.stderr);
  });

  it('has processes limited', () => {
    const code = `
import os, time
count = 0
try:
    for _ in range(600):
        if os.fork() == 0: time.sleep(60); os._exit(0)
        count += 1
except BlockingIOError: pass
print(count)`;
    const { stdout, stderr } = run(delegated, code);
    assert.ok(Number(stdout) > 3 && Number(stdout) < 600, stdout + stderr);
  });

  it('gets a doctor that says that code can run', () => {
    const { status, stdout } = call([...delegated, './belljar', 'doctor']);
    assert.equal(status, 0, stdout);
    assert.match(stdout, /memory-limit +enforced +memory and swap are limited by cgroup v2/);
    assert.match(stdout, /process-limit +enforced/);
  });
});

function run(words: readonly string[], code: string, ...options: string[]): SpawnSyncReturns<string> {
  return call([...words, './belljar', 'run', '-', ...options], code);
}

function call([program = '', ...args]: readonly string[], input = ''): SpawnSyncReturns<string> {
  return spawnSync(program, args, { encoding: 'utf8', input });
}
