/** Runs in the guest alone, as root, and as the only one that uses the groups: it stops them in between. */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';

import { Cgroup, findCgroupPlaces } from '../../../src/sandbox/cgroup/index.ts';
import { type FoundPlaces, call, findPlacesBy, printPlaces } from '../found-places.ts';

const unit = 'belljar-sandboxes.service';
const unitFolder = join('/sys/fs/cgroup/system.slice', unit);
const limits = { memoryBytes: 64 * 1024 * 1024, processes: 10, cpus: 0.5 };

describe('root on a tree that systemd rules', () => {
  it('has its groups in a unit that systemd knows as delegated', async () => {
    const { memory, pids, cpu, cpuacct } = await findCgroupPlaces();
    for (const place of [memory, pids, cpu, cpuacct]) {
      assert.deepEqual(place, { version: 2, folder: join(unitFolder, 'belljar') });
    }
    assert.equal(call(['systemctl', 'show', '--property=Delegate', '--value', unit]), 'yes');
    assert.equal(call(['systemctl', 'is-active', unit]), 'active');
  });

  it('stays where it was started, as does all that was started with it', () => {
    const { before, after } = findPlacesBy('systemd-run', '--quiet', '--scope');
    assert.match(before, /\.scope$/);
    assert.equal(after, before);
  });

  it('keeps its limits when systemd reads its units again, and when it is replaced', async () => {
    const group = await Cgroup.create(await findCgroupPlaces(), `test-${process.pid}-reload`, limits);
    const folder = dirname(group.joinFiles[0]!);
    try {
      for (const verb of ['daemon-reload', 'daemon-reexec']) {
        call(['systemctl', verb]);
        assert.equal(readOf(folder, 'memory.max'), String(limits.memoryBytes));
        assert.equal(readOf(folder, 'memory.swap.max'), '0');
        assert.equal(readOf(folder, 'pids.max'), '10');
        assert.equal(readOf(folder, 'cpu.max'), '50000 100000');
      }
    } finally {
      await group.remove();
    }
  });

  it('makes the unit anew when it was stopped, also when many start at once', async () => {
    call(['systemctl', 'stop', unit]);
    assert.throws(() => readdirSync(unitFolder), { code: 'ENOENT' });
    const [program, ...args] = printPlaces;
    const starts = Array.from({ length: 4 }, () => promisify(execFile)(program, args));
    for (const { stdout } of await Promise.all(starts)) {
      assert.equal((JSON.parse(stdout) as FoundPlaces).places.memory.version, 2, stdout);
    }
  });
});

describe('root in a delegated scope', () => {
  it('has its groups in that scope, so that its limits hold for them', () => {
    const { before, after, places } = findPlacesBy('systemd-run', '--quiet', '--scope', '--property=Delegate=yes');
    assert.equal(after, join(before, 'belljar-self'));
    assert.deepEqual(places.memory, { version: 2, folder: join('/sys/fs/cgroup', before, 'belljar') });
  });

  it('finds them again from the group that an earlier Belljar moved it to', () => {
    const twice = `${printPlaces.join(' ')} >/dev/null && ${printPlaces.join(' ')}`;
    const scope = ['systemd-run', '--quiet', '--scope', '--property=Delegate=yes', 'sh', '-c', twice];
    const { before, after, places } = JSON.parse(call(scope)) as FoundPlaces;
    assert.match(before, /\.scope\/belljar-self$/);
    assert.equal(after, before);
    assert.deepEqual(places.pids, { version: 2, folder: join('/sys/fs/cgroup', dirname(before), 'belljar') });
  });
});

describe('a place like a container: a namespace of its own, without a systemd', () => {
  it('is refused where its group holds processes, with reason and remedy', () => {
    const { memory } = findInContainer('').places;
    assert.equal(memory.version, 'none');
    assert.match(memory.why, /is the group of a container, which holds processes/);
    assert.match(memory.remedy ?? '', /move itself to a group below \/sys\/fs\/cgroup/);
  });

  it('is divided where they stand in a group below (the control)', () => {
    const { places } = findInContainer('mkdir /sys/fs/cgroup/init && echo 0 >/sys/fs/cgroup/init/cgroup.procs');
    assert.deepEqual(places.memory, { version: 2, folder: '/sys/fs/cgroup/belljar' });
  });

  it('is refused where the tree is read-only', () => {
    const { memory } = findInContainer(
      'mkdir /sys/fs/cgroup/init && echo 0 >/sys/fs/cgroup/init/cgroup.procs && mount -o remount,bind,ro /sys/fs/cgroup',
    ).places;
    assert.equal(memory.version, 'none');
    assert.match(memory.why, /EROFS/);
  });

  it('gets a doctor that says so', () => {
    const { status, stdout } = spawnSync(...inContainer(':', './belljar doctor'), { encoding: 'utf8' });
    assert.equal(status, 1);
    assert.match(stdout, /memory-limit +missing +\/sys\/fs\/cgroup is the group of a container/);
  });
});

describe('a namespace of its own beside a systemd that it sees', () => {
  it('is told by its own group, not by the unit that it could not see', () => {
    const { memory } = findInContainer('umount /run/systemd').places;
    assert.equal(memory.version, 'none');
    assert.match(memory.why, /group of a container/);
  });
});

function findInContainer(prepare: string): FoundPlaces {
  const [program, args] = inContainer(prepare === '' ? ':' : prepare, printPlaces.join(' '));
  return JSON.parse(call([program, ...args])) as FoundPlaces;
}

/** In a group of its own, which is the root of what it sees. */
function inContainer(prepare: string, command: string): [string, string[]] {
  const mounts = 'umount -l /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup && mount -t tmpfs none /run/systemd';
  const inside = ['unshare', '--cgroup', '--mount', 'sh', '-c', `${mounts} && ${prepare} && ${command}`];
  return ['systemd-run', ['--quiet', '--scope', ...inside]];
}

function readOf(folder: string, file: string): string {
  return readFileSync(join(folder, file), 'utf8').trim();
}
