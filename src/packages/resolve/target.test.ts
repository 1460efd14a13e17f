import assert from 'node:assert/strict';
import { test } from 'node:test';

import { describeTarget, isSameMinor, parseTargetKey, targetKey } from './target.ts';

test('describeTarget() reads the machine and system out of a platform', () => {
  const traitsOf = (platform: string): unknown => describeTarget({ pythonVersion: '3.12.4', platform });
  assert.deepEqual(traitsOf('aarch64-unknown-linux-musl'), {
    ...{ pythonVersion: '3.12.4', minor: 12, system: 'linux', machine: 'aarch64', isMusl: true },
  });
  assert.deepEqual(traitsOf('x86_64-manylinux_2_28'), {
    ...{ pythonVersion: '3.12.4', minor: 12, system: 'linux', machine: 'x86_64', isMusl: false },
  });
  assert.deepEqual(traitsOf('aarch64-apple-darwin'), {
    ...{ pythonVersion: '3.12.4', minor: 12, system: 'macos', machine: 'arm64', isMusl: false },
  });
  assert.deepEqual(traitsOf('windows'), {
    pythonVersion: '3.12.4',
    minor: 12,
    system: 'windows',
    machine: 'AMD64',
    isMusl: false,
  });
  const machineOf = (platform: string): string => describeTarget({ pythonVersion: '3.12', platform }).machine;
  assert.deepEqual(
    ['x86_64-pc-windows-msvc', 'aarch64-pc-windows-msvc', 'i686-pc-windows-msvc', 'macos', 'x86_64-apple-darwin'].map(
      machineOf,
    ),
    ['AMD64', 'ARM64', 'x86', 'arm64', 'x86_64'],
  );
});

for (const pythonVersion of ['2.7', '3.8', '3', '4.0', '3.12.x', '3.12; rm', '']) {
  test(`describeTarget() refuses Python “${pythonVersion}”`, () => {
    assert.throws(() => describeTarget({ pythonVersion }), { code: 'USAGE' });
  });
}

for (const platform of ['plan9', '--index=x', 'x86_64 linux', 'aarch64-linux-android', '']) {
  test(`describeTarget() refuses the platform “${platform}”`, () => {
    assert.throws(() => describeTarget({ pythonVersion: '3.12', platform }), { code: 'USAGE' });
  });
}

test('targetKey() tells targets apart, and says so of this machine', () => {
  assert.match(targetKey({ pythonVersion: '3.12' }), /^python 3\.12, this machine: linux /);
  assert.notEqual(targetKey({ pythonVersion: '3.12' }), targetKey({ pythonVersion: '3.13' }));
  assert.notEqual(targetKey({ pythonVersion: '3.12', platform: 'windows' }), targetKey({ pythonVersion: '3.12' }));
});

test('parseTargetKey() reads what targetKey() wrote, and nothing else', () => {
  for (const target of [{ pythonVersion: '3.12.4' }, { pythonVersion: '3.9', platform: 'aarch64-apple-darwin' }]) {
    assert.deepEqual(parseTargetKey(targetKey(target)), target);
  }
  assert.equal(parseTargetKey('somewhere'), undefined);
});

test('isSameMinor() looks at the first two numbers', () => {
  assert.equal(isSameMinor('3.12', '3.12.4'), true);
  assert.equal(isSameMinor('3.1.2', '3.12'), false);
});
