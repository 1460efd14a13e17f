import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';

import { needs, root } from '../../../test/support/prerequisite.ts';
import { Cgroup, sweepGroups } from './group.ts';
import type { CgroupPlaces } from './place.ts';
import { findCgroupPlaces } from './places.ts';

const places = await findCgroupPlaces();
const writable = { what: 'a cgroup with memory and pids that may be divided', holds: hasBoth(places) };
const limits = { memoryBytes: 64 * 1024 * 1024, processes: 10, cpus: 0.5 };

describe('Cgroup', needs(root, writable), () => {
  it('holds what joins it, counts it, kills it and is gone afterwards', async () => {
    const group = await Cgroup.create(places, `test-${process.pid}-holds`, limits);
    const child = spawn('sleep', ['60']);
    const exited = once(child, 'exit');
    try {
      for (const file of group.joinFiles) writeFileSync(file, String(child.pid));
      await group.kill();
      assert.deepEqual(await exited, [null, 'SIGKILL']);
      const usage = group.usage();
      assert.equal(usage.memoryKills, 0);
      assert.equal(usage.refusedForks, 0);
    } finally {
      child.kill('SIGKILL');
      await group.remove();
    }
    assert.deepEqual(group.joinFiles.filter(existsSync), []);
  });

  it('gives up at the deadline on what does not die, and says how much is left', async () => {
    const group = await Cgroup.create(places, `test-${process.pid}-stays`, {});
    const child = spawn('sleep', ['60']);
    const exited = once(child, 'exit');
    try {
      for (const file of group.joinFiles) writeFileSync(file, String(child.pid));
      // The first round kills it, and sees it still; after a deadline that has passed there is no second one.
      assert.ok((await group.kill(-1)) > 0);
      await exited;
      assert.equal(await group.kill(), 0);
    } finally {
      child.kill('SIGKILL');
      await group.remove();
    }
  });

  it('ends the one process that goes past the memory limit, counts that, and leaves the others running', async () => {
    const group = await Cgroup.create(places, `test-${process.pid}-greedy`, limits);
    const join = group.joinFiles.map((file) => `echo $$ >${file}`).join(' && ');
    const shell = spawn('sh', ['-c', `${join} && { tail /dev/zero; echo "ended with $?"; }`]);
    try {
      assert.equal(await text(shell.stdout), 'ended with 137\n');
      const usage = group.usage();
      assert.equal(usage.memoryKills, 1);
      assert.ok((usage.peakMemoryBytes ?? Infinity) <= limits.memoryBytes);
      assert.ok((usage.cpuMs ?? 0) > 0);
    } finally {
      await group.kill();
      await group.remove();
    }
  });

  it('refuses a second group of the same name and leaves the first alone', async () => {
    const name = `test-${process.pid}-twice`;
    const group = await Cgroup.create(places, name, limits);
    await assert.rejects(Cgroup.create(places, name, limits), { code: 'EEXIST' });
    assert.ok(group.joinFiles.every(existsSync), 'the first group is still there');
    await group.remove();
  });
});

describe('sweepGroups()', needs(root, writable), () => {
  it('removes abandoned groups with what runs in them, and only those', async () => {
    const abandoned = await Cgroup.create(places, `test-${process.pid}-abandoned`, limits);
    const living = await Cgroup.create(places, `test-${process.pid}-living`, limits);
    const child = spawn('sleep', ['60']);
    const exited = once(child, 'exit');
    for (const file of abandoned.joinFiles) writeFileSync(file, String(child.pid));
    try {
      const swept = await sweepGroups(places, (name) => name === `test-${process.pid}-abandoned`);
      assert.deepEqual(swept, [`test-${process.pid}-abandoned`]);
      assert.deepEqual(await exited, [null, 'SIGKILL']);
      assert.deepEqual(abandoned.joinFiles.map(dirname).filter(existsSync), []);
      assert.ok(living.joinFiles.every(existsSync));
    } finally {
      await living.remove();
    }
  });
});

function hasBoth({ memory, pids }: CgroupPlaces): boolean {
  return memory.version !== 'none' && pids.version !== 'none';
}
