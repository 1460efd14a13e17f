import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ProgramClocks } from './program-clocks.ts';

const day = 24 * 3_600_000;

function open(wallTimeMs: number) {
  const told: string[] = [];
  const sandbox = { usage: () => Promise.resolve({ cpuMs: 0 }), restartCpuTime: () => undefined };
  const limits = { wallTimeMs, cpuTimeMs: day, cpus: 1 };
  const onUsedUp = ({ clock }: { readonly clock: string }): void => void told.push(clock);
  const clocks = new ProgramClocks({ sandbox: sandbox as never, limits, isLasting: false, onUsedUp });
  return { clocks, told };
}

test('ProgramClocks end a program when its time on the wall is over', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const { clocks, told } = open(1000);
  clocks.start();
  context.mock.timers.tick(999);
  assert.deepEqual(told, []);
  context.mock.timers.tick(1);
  assert.deepEqual(told, ['wall']);
  clocks.stop();
});

test('ProgramClocks do not end a program at once that may take longer than a timer of Node', (context) => {
  const given: (number | undefined)[] = [];
  context.mock.method(globalThis, 'setTimeout', (_then: () => void, ms?: number) => {
    given.push(ms);
    return { unref: () => undefined };
  });
  const { clocks } = open(30 * day);
  clocks.start();
  assert.ok(given.every((ms) => ms !== undefined && ms < 2 ** 31));
  assert.ok(given.some((ms) => ms === 2 ** 31 - 1));
});
