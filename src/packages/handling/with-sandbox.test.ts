import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MemorySandbox } from '../../../test/support/memory-sandbox.ts';
import { withSandbox } from './with-sandbox.ts';

const open = (): MemorySandbox => new MemorySandbox(() => undefined);

test('withSandbox() ends the program when the work is done', async () => {
  const sandbox = open();
  assert.equal(await withSandbox(sandbox, undefined, async () => 'done'), 'done');
  assert.deepEqual((await sandbox.exited).why, { kind: 'killed', by: 'over' });
});

test('withSandbox() ends the program when the work fails, and says what failed', async () => {
  const sandbox = open();
  const failing = withSandbox(sandbox, undefined, () => Promise.reject(new Error('broken')));
  await assert.rejects(failing, /broken/);
  assert.equal((await sandbox.exited).why.kind, 'killed');
});

test('withSandbox() ends the program at once when the caller gives up, whatever the work makes of it', async () => {
  const controller = new AbortController();
  const sandbox = open();
  const waiting = withSandbox(sandbox, controller.signal, async ({ exited }) => {
    await exited;
    throw new Error('it is gone');
  });
  controller.abort();
  await assert.rejects(waiting, { code: 'CANCELLED' });
  assert.deepEqual((await sandbox.exited).why, { kind: 'killed', by: 'cancelled' });
  const late = open();
  await assert.rejects(
    withSandbox(late, controller.signal, async ({ exited }) => {
      await exited;
      throw new Error('it is gone');
    }),
    { code: 'CANCELLED' },
  );
});
