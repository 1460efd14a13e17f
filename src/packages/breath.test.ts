import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Breath } from './breath.ts';

function waitUntilDue(breath: Breath): void {
  while (!breath.isDue); // nothing else can run meanwhile
}

test('Breath is due after a while, and lets others have their turn', async () => {
  const breath = new Breath();
  waitUntilDue(breath);
  const ran: string[] = [];
  setImmediate(() => ran.push('other'));
  await breath.take();
  ran.push('own');
  assert.deepEqual(ran, ['other', 'own']);
  waitUntilDue(breath);
});
