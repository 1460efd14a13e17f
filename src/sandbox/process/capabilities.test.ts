import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { CgroupPlace, CgroupPlaces } from '../cgroup/index.ts';
import { assessCapabilities } from './capabilities.ts';

const given: CgroupPlace = { version: 1, folder: '/groups' };

function assessMemory(memory: CgroupPlace): { status: string; why: string; remedy?: string } {
  const places: CgroupPlaces = { memory, pids: given, cpu: given, cpuacct: given };
  const { status, why, remedy } = assessCapabilities({ places, hasFilter: true }).find(
    ({ name }) => name === 'memory-limit',
  )!;
  return { status, why, ...(remedy === undefined ? {} : { remedy }) };
}

describe('assessCapabilities()', () => {
  it('calls a memory limit enforced where swap counts against it', () => {
    assert.equal(assessMemory(given).status, 'enforced');
  });

  it('calls it degraded where the machine swaps and does not count that', () => {
    const { status, why, remedy } = assessMemory({ ...given, leaves: 'swap' });
    assert.equal(status, 'degraded');
    assert.match(why, /swap, which its kernel does not count/);
    assert.match(remedy ?? '', /swapaccount=1/);
  });

  it('passes on why there is no place for groups, and what helps', () => {
    const report = assessMemory({ version: 'none', why: 'because', remedy: 'do this' });
    assert.deepEqual(report, { status: 'missing', why: 'because', remedy: 'do this' });
  });
});
