import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

import { hastenJoin } from './hasten-join.ts';
import { findCgroupPlaces } from './places.ts';

const ownGroups = (): string => readFileSync('/proc/self/cgroup', 'utf8');

describe('hastenJoin()', () => {
  it('leaves us in the groups in which we are', async () => {
    const places = await findCgroupPlaces();
    const before = ownGroups();
    await hastenJoin(places);
    assert.equal(ownGroups(), before);
  });

  it('does nothing where no group can be made', async () => {
    const none = { version: 'none', why: 'a test' } as const;
    const before = ownGroups();
    await hastenJoin({ memory: none, pids: none, cpu: none, cpuacct: none });
    assert.equal(ownGroups(), before);
  });
});
