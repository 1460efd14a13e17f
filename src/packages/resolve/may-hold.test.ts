import assert from 'node:assert/strict';
import { test } from 'node:test';

import { asksForKernel, mayHold, readCondition } from './may-hold.ts';
import { environmentOf } from './target-environment.ts';

const environment = environmentOf({ pythonVersion: '3.12', platform: 'x86_64-unknown-linux-gnu' });

function may(text: string): boolean {
  const marker = readCondition(text);
  assert.ok(marker !== undefined, text);
  return mayHold(marker, environment);
}

test('mayHold() takes what only the kernel tells to hold, and nothing else', () => {
  assert.equal(may('platform_release < "3"'), true);
  assert.equal(may('platform_version == "x" and python_version >= "3.12"'), true);
  assert.equal(may('platform_release >= "3" and sys_platform == "win32"'), false);
  assert.equal(may('sys_platform == "win32" or platform_release >= "3"'), true);
  assert.equal(may('sys_platform == "linux"'), true);
  assert.equal(may('sys_platform == "win32"'), false);
});

test('asksForKernel() tells the conditions that only the engine can decide', () => {
  const asks = (text: string): boolean => asksForKernel(readCondition(text) ?? assert.fail(text));
  assert.equal(asks('sys_platform == "win32" or platform_release >= "3"'), true);
  assert.equal(asks('sys_platform == "linux"'), false);
});

test('readCondition() finds none where there is none, or none that can be read', () => {
  assert.equal(readCondition(undefined), undefined);
  assert.equal(readCondition('no marker at all'), undefined);
});
