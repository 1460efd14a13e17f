import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { LaunchSpec } from '../contract.ts';
import { buildCommand } from './command.ts';
import type { Protection } from './protection.ts';

const spec: LaunchSpec = {
  argv: ['/bin/program', '--flag'],
  env: { TOKEN: 'secret-value' },
  mounts: [],
  workingDirectory: '/tmp',
  limits: { memoryBytes: 1 << 26, processes: 8, cpus: 1, cpuTimeMs: 1500, openFiles: 64, fileBytes: 1024 },
  network: 'off',
  require: [],
};

describe('buildCommand()', () => {
  it('keeps the environment off the command line, where every user could read it', () => {
    const { args, bubblewrapOptions } = buildCommand({
      spec,
      identity: { kind: 'user-namespace' },
      root: [],
      joinFiles: [],
      filter: undefined,
      lifted: new Set(),
      countsCpu: false,
    });
    assert.ok(!args.join(' ').includes('secret-value'));
    assert.ok(bubblewrapOptions.includes('--setenv\0TOKEN\0secret-value\0'));
  });

  it('joins every cgroup before bubblewrap exists', () => {
    const { args } = buildCommand({
      spec,
      identity: { kind: 'user-namespace' },
      root: [],
      joinFiles: ['/a', '/b'],
      filter: undefined,
      lifted: new Set(),
      countsCpu: false,
    });
    assert.deepEqual(args.slice(3, 6), ['/a', '/b', '--']);
    assert.ok(args.indexOf('bwrap') > args.indexOf('/b'));
  });

  it('drops to the own uid as the last step before the program', () => {
    const { args } = buildCommand({
      spec,
      identity: { kind: 'own-uid', uid: 4242 },
      root: [],
      joinFiles: [],
      filter: undefined,
      lifted: new Set(),
      countsCpu: false,
    });
    const setpriv = args.indexOf('/usr/bin/setpriv');
    assert.ok(setpriv > args.indexOf('bwrap'));
    assert.deepEqual(args.slice(setpriv + 1, setpriv + 5), ['--reuid', '4242', '--regid', '4242']);
    assert.deepEqual(args.slice(-2), ['/bin/program', '--flag']);
  });

  it('gives root’s sandboxes no user namespace and users’ sandboxes no further one', () => {
    const asRoot = buildCommand({
      spec,
      identity: { kind: 'own-uid', uid: 4242 },
      root: [],
      joinFiles: [],
      filter: undefined,
      lifted: new Set(),
      countsCpu: false,
    });
    assert.ok(!asRoot.bubblewrapOptions.includes('--unshare-user'));
    const asUser = buildCommand({
      spec,
      identity: { kind: 'user-namespace' },
      root: [],
      joinFiles: [],
      filter: undefined,
      lifted: new Set(),
      countsCpu: false,
    });
    assert.ok(asUser.bubblewrapOptions.includes('--unshare-user\0--disable-userns\0'));
    assert.ok(!asUser.args.includes('/usr/bin/setpriv'));
  });

  it('rounds limits so that the kernel’s own never come before ours', () => {
    const { args } = buildCommand({
      spec,
      identity: { kind: 'user-namespace' },
      root: [],
      joinFiles: [],
      filter: undefined,
      lifted: new Set(),
      countsCpu: false,
    });
    assert.deepEqual(args.slice(args.indexOf('--') + 1, args.indexOf('bwrap')), [
      '-c',
      '0',
      '-n',
      '64',
      '-f',
      '2',
      '-t',
      '3',
      '--',
    ]);
  });

  it('leaves out one protection alone where a proof lifts it', () => {
    const optionsWithout = (...lifted: Protection[]): string[] =>
      buildCommand({
        spec,
        identity: { kind: 'own-uid', uid: 4242 },
        root: [],
        joinFiles: [],
        filter: undefined,
        lifted: new Set(lifted),
        countsCpu: false,
      }).bubblewrapOptions.split('\0');
    const all = optionsWithout();
    assert.deepEqual(
      all.filter((option) => !optionsWithout('network-namespace').includes(option)),
      ['--unshare-net'],
    );
    assert.deepEqual(
      all.filter((option) => !optionsWithout('ipc-namespace').includes(option)),
      ['--unshare-ipc'],
    );
  });
});
