import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { parseCgroupMounts } from './places.ts';

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
