import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { CgroupMount } from '../cgroup/index.ts';
import { type MachineTrees, describeRemoval, describeRemoved, describeStep, orderRemoval, planSetup } from './plan.ts';

const user = { name: 'ada', uid: 1234, gid: 1200 };
const legacyTree = (options: string[], mountPoint: string): CgroupMount => ({
  version: 1,
  root: '/',
  mountPoint,
  options,
});
const legacy: MachineTrees = {
  mounts: [
    legacyTree(['rw', 'memory'], '/cg/memory'),
    legacyTree(['rw', 'cpu', 'cpuacct'], '/cg/cpu,cpuacct'),
    legacyTree(['rw', 'pids'], '/cg/pids'),
    legacyTree(['rw', 'pids'], '/elsewhere/pids'),
    legacyTree(['rw', 'freezer'], '/cg/freezer'),
  ],
  hasSystemd: false,
  unifiedControllers: [],
};
const unified: MachineTrees = {
  mounts: [{ version: 2, root: '/', mountPoint: '/cg', options: [] }],
  hasSystemd: false,
  unifiedControllers: ['cpuset', 'cpu', 'memory', 'pids'],
};

describe('planSetup()', () => {
  it('hands a group over in each tree of version 1 that limits need, once', () => {
    const { groups, steps, advice } = planSetup(user, legacy);
    const names = ['memory', 'pids', 'cpu,cpuacct'].map((name) => `/cg/${name}/belljar-user-1234`);
    assert.deepEqual(groups, names);
    assert.deepEqual(
      steps,
      names.map((path) => ({ kind: 'group', path, files: ['cgroup.procs'] })),
    );
    assert.match(advice.join('\n'), /after a restart: .* '?\/.*\/belljar'? setup --user ada/);
  });

  it('lets systemd make these groups again at each start of the machine', () => {
    const { steps, advice } = planSetup(user, { ...legacy, hasSystemd: true });
    const file = steps.at(-1);
    assert.equal(file?.kind, 'file');
    assert.equal(file.path, '/etc/tmpfiles.d/belljar-user-1234.conf');
    assert.match(file.text, /^d \/cg\/memory\/belljar-user-1234 0755 1234 1200 -$/m);
    assert.match(file.text, /^z \/cg\/pids\/belljar-user-1234\/cgroup\.procs 0644 1234 1200 -$/m);
    assert.deepEqual(advice, []);
  });

  it('leaves the unified tree to systemd, where it rules', () => {
    const { steps, groups, advice } = planSetup(user, { ...unified, hasSystemd: true });
    assert.deepEqual(steps, [
      {
        kind: 'file',
        path: '/etc/systemd/system/user@1234.service.d/belljar.conf',
        text: '[Service]\nDelegate=memory pids cpu\n',
      },
      { kind: 'reload', command: ['systemctl', 'daemon-reload'] },
    ]);
    assert.deepEqual(groups, []);
    assert.match(advice.join('\n'), /systemd-run --user --scope -p Delegate=yes/);
  });

  it('gives away a group of the unified tree where nobody rules, with what divides it', () => {
    const { steps, advice } = planSetup(user, unified);
    assert.deepEqual(steps, [
      { kind: 'pass-on', path: '/cg/cgroup.subtree_control', controllers: ['memory', 'pids', 'cpu'] },
      {
        kind: 'group',
        path: '/cg/belljar-user-1234',
        files: ['cgroup.procs', 'cgroup.subtree_control', 'cgroup.threads'],
      },
    ]);
    assert.match(advice[0] ?? '', /echo \$\$ >\/cg\/belljar-user-1234\/cgroup\.procs/);
  });

  it('says so where no tree has what limits need', () => {
    for (const trees of [
      { ...unified, unifiedControllers: ['cpu'] },
      { ...legacy, mounts: [] },
    ]) {
      const { steps, advice } = planSetup(user, trees);
      assert.deepEqual(steps, []);
      assert.match(advice[0] ?? '', /No cgroup tree/);
    }
  });
});

describe('describeStep()', () => {
  it('tells each step in words', () => {
    const all = [legacy, { ...unified, hasSystemd: true }, unified].flatMap((trees) => planSetup(user, trees).steps);
    const words = all.map((step) => describeStep(step, user));
    assert.ok(words.includes('make the group /cg/memory/belljar-user-1234 and give it to ada'));
    assert.ok(words.includes('write /etc/systemd/system/user@1234.service.d/belljar.conf'));
    assert.ok(words.includes('run systemctl daemon-reload'));
    assert.ok(words.includes('pass memory, pids, cpu on in /cg/cgroup.subtree_control'));
  });
});

describe('describeRemoval() and describeRemoved()', () => {
  const systemd = planSetup(user, { ...unified, hasSystemd: true });

  it('tell what is taken back in its own words, the last first, and the reload after all', () => {
    assert.deepEqual(orderRemoval(systemd).map(describeRemoval), [
      'remove /etc/systemd/system/user@1234.service.d/belljar.conf',
      'run systemctl daemon-reload',
    ]);
    assert.deepEqual(orderRemoval(planSetup(user, unified)).map(describeRemoval), [
      'remove the group /cg/belljar-user-1234',
      'leave /cg/cgroup.subtree_control as it is: another may need it by now',
    ]);
  });

  it('tell what was there from what was not', () => {
    const steps = [...orderRemoval(systemd), ...orderRemoval(planSetup(user, unified))];
    assert.deepEqual(
      steps.map((step) => describeRemoved(step, true)),
      [
        'removed /etc/systemd/system/user@1234.service.d/belljar.conf',
        'ran systemctl daemon-reload',
        'removed the group /cg/belljar-user-1234',
        'left /cg/cgroup.subtree_control as it is: another may need it by now',
      ],
    );
    const absent = steps.map((step) => describeRemoved(step, false));
    assert.equal(absent[0], '/etc/systemd/system/user@1234.service.d/belljar.conf was not there');
    assert.equal(absent[2], 'the group /cg/belljar-user-1234 was not there');
  });
});
