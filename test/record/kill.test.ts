import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '../support/temporary-folder.ts';
import { runKillRound } from './kill-round.ts';

test('kill -9 at any moment leaves the chain whole, with every acknowledged entry', async (context) => {
  const folder = await temporaryFolder(context);
  let acknowledged = 0;
  for (let round = 0; round < 8; round++) {
    // Half of the rounds go on with the record of the round before.
    const result = await runKillRound(join(folder, `home-${Math.floor(round / 2)}`));
    acknowledged += result.acknowledged;
  }
  assert.ok(acknowledged > 0, 'the writers wrote something');
  context.diagnostic(`8 rounds of 4 writers, ${acknowledged} acknowledged entries, none lost`);
});
