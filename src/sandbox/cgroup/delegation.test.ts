import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { describeMembership, findDelegated } from './delegation.ts';

describe('describeMembership()', () => {
  it('knows a unit of the machine’s systemd', () => {
    const path = '/system.slice/server.service';
    assert.deepEqual(describeMembership(path), {
      group: path,
      unit: { name: 'server.service', managerUid: undefined },
    });
  });

  it('knows a unit of a user’s own systemd, and whose it is', () => {
    const path = '/user.slice/user-1000.slice/user@1000.service/app.slice/run-r1.scope';
    assert.deepEqual(describeMembership(path), { group: path, unit: { name: 'run-r1.scope', managerUid: 1000 } });
  });

  it('takes the user’s own systemd itself for a unit of the machine’s', () => {
    const path = '/user.slice/user-1000.slice/user@1000.service';
    assert.equal(describeMembership(path).unit?.managerUid, undefined);
  });

  it('finds the unit above the group that its processes were moved to', () => {
    for (const name of ['belljar-self', 'main', 'supervisor']) {
      assert.deepEqual(describeMembership(`/system.slice/server.service/${name}`), {
        group: '/system.slice/server.service',
        unit: { name: 'server.service', managerUid: undefined },
      });
    }
  });

  it('knows no unit further up, whose group belongs to somebody between', () => {
    assert.deepEqual(describeMembership('/system.slice/server.service/pods/one'), {
      group: '/system.slice/server.service/pods/one',
    });
    assert.deepEqual(describeMembership('/docker/abc'), { group: '/docker/abc' });
    assert.deepEqual(describeMembership('/'), { group: '/' });
  });

  it('finds the group that was given without a systemd from the one that we moved to', () => {
    assert.deepEqual(describeMembership('/given/belljar-self'), { group: '/given' });
    assert.deepEqual(describeMembership('/belljar-self'), { group: '/' });
  });
});

describe('findDelegated()', () => {
  const folder = mkdtempSync(join(tmpdir(), 'belljar-cgroup-'));
  const files = ['cgroup.procs', 'cgroup.subtree_control'].map((name) => join(folder, name));

  it('takes what an ordinary user owns and may write to, and nothing that root merely could', async (context) => {
    context.after(() => rmSync(folder, { recursive: true }));
    for (const file of files) writeFileSync(file, '');
    const own = process.getuid?.() === 0 ? undefined : folder;
    assert.equal(await findDelegated(folder, '/'), own);
    for (const file of files) rmSync(file);
    assert.equal(await findDelegated(folder, '/'), undefined);
  });

  it('takes no unit of another user’s systemd', async () => {
    const other = (process.getuid?.() ?? 0) + 1;
    assert.equal(await findDelegated(tmpdir(), `/user.slice/user@${other}.service/x.scope`), undefined);
  });

  it('takes no unit that systemd does not know', async () => {
    assert.equal(await findDelegated('/nowhere', `/system.slice/belljar-unknown-${process.pid}.service`), undefined);
  });
});
