/**
 * Kills processes that write the record, at random moments, many times over. Usage: record-kill.ts [--rounds N]
 * Ends with code 1 at the first entry that was acknowledged and lost, or the first chain that is not whole.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { runKillRound } from '../record/kill-round.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '200' } } });
const rounds = Number(values.rounds);
/** So that both young and long records are killed, and no disk fills. */
const roundsPerHome = 10;

const folder = await mkdtemp(join(tmpdir(), 'belljar-soak-'));
const begun = performance.now();
let acknowledged = 0;
let longest = 0;
try {
  for (let round = 0; round < rounds; round++) {
    const home = join(folder, `home-${Math.floor(round / roundsPerHome)}`);
    const result = await runKillRound(home);
    acknowledged += result.acknowledged;
    longest = Math.max(longest, result.entries);
    if ((round + 1) % roundsPerHome === 0) {
      await rm(home, { recursive: true });
      console.log(`round ${round + 1}: ${acknowledged} acknowledged, none lost`);
    }
  }
  const seconds = Math.round((performance.now() - begun) / 1000);
  console.log(
    `record-kill: ${rounds} rounds, ${rounds * 4} processes killed, ${acknowledged} acknowledged entries, 0 lost, ` +
      `longest chain ${longest}, ${seconds} s`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
