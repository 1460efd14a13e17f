import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { findMembership, parseCgroupMounts } from './mounts.ts';

describe('parseCgroupMounts()', () => {
  it('finds each controller of version 1 where it is mounted', () => {
    const mounts = parseCgroupMounts(
      [
        '31 30 0:27 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:9 - cgroup cgroup rw,cpu,cpuacct',
        '32 30 0:28 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory',
      ].join('\n'),
    );
    assert.deepEqual(mounts, [
      { version: 1, root: '/', mountPoint: '/sys/fs/cgroup/cpu,cpuacct', options: ['rw', 'cpu', 'cpuacct'] },
      { version: 1, root: '/docker/abc', mountPoint: '/sys/fs/cgroup/memory', options: ['rw', 'memory'] },
    ]);
  });

  it('finds the unified tree', () => {
    const mounts = parseCgroupMounts(
      '29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n',
    );
    assert.deepEqual(mounts, [{ version: 2, root: '/', mountPoint: '/sys/fs/cgroup', options: [] }]);
  });

  it('ignores other file systems and empty lines', () => {
    assert.deepEqual(parseCgroupMounts('22 1 8:1 / / rw - ext4 /dev/sda1 rw\n\n'), []);
  });
});

describe('findMembership()', () => {
  const memberships = '4:memory:/user\n3:cpu,cpuacct:/a:b\n1:name=systemd:/session\n0::/system.slice/x.service\n';

  it('finds the group of each controller of version 1, and the one on the unified tree', () => {
    assert.equal(findMembership(memberships, 'memory'), '/user');
    assert.equal(findMembership(memberships, 'cpuacct'), '/a:b');
    assert.equal(findMembership(memberships), '/system.slice/x.service');
  });

  it('finds nothing where there is nothing', () => {
    assert.equal(findMembership(memberships, 'pids'), undefined);
    assert.equal(findMembership('4:memory:/user\n'), undefined);
    assert.equal(findMembership(''), undefined);
  });
});
