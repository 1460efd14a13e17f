import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Breath } from './breath.ts';

test('Breath is due after a while, and lets others have their turn', async () => {
  const breath = new Breath();
  assert.equal(breath.isDue, false);
  while (!breath.isDue); // nothing else can run meanwhile
  let hasRun = false;
  setImmediate(() => (hasRun = true));
  await breath.take();
  assert.deepEqual([hasRun, breath.isDue], [true, false]);
});
