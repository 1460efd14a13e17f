/**
 * What sessions cost against what one would take instead, in one run, in turn, round by round: Jupyter kernels, and
 * llm-sandbox with bubblewrap. What they need is made once, below .cache; what cannot be had here says why, in its row.
 * Options: --rounds N, --idle N (sessions that sleep), --json FILE (writes the report), --compare FILE (ends with 1 where
 * a row got slower by more than --tolerance 1.25 times)
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { type Contestant, type Row, compareInTurn, describeMachine } from './sandbox/figures.ts';
import { Glass } from './sandbox/glass.ts';
import { measureIdle } from './sessions/idle.ts';
import { Ours, OursRecorded } from './sessions/ours.ts';
import { type Peer, type PeerName, peers } from './sessions/peer.ts';
import { Pooled } from './sessions/pooled.ts';
import { compareWith, describe, keyOf } from './sessions/report.ts';
import { coldStartWithPackages, pooledStart, pooledStartWithPackages, recordedTrip, tasks } from './sessions/tasks.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10' },
    idle: { type: 'string', default: '500' },
    json: { type: 'string' },
    compare: { type: 'string' },
    tolerance: { type: 'string', default: '1.25' },
  },
});

const machine = describeMachine();
using glass = await Glass.prepare();
const rows = await compare();
console.table(rows);
const idle = Number(values.idle) > 0 ? await measureIdle(glass, Number(values.idle)) : [];
if (idle.length > 0) console.table(idle);
const report = {
  bench: 'sessions',
  ...machine,
  loadAfter: describeMachine()['load'],
  rounds: Number(values.rounds),
  rows,
  idle,
};
console.log(JSON.stringify(report));
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
if (values.compare !== undefined && !compareWith(values.compare, rows, Number(values.tolerance))) process.exitCode = 1;

async function compare(): Promise<Row[]> {
  await using opened = new AsyncDisposableStack();
  const missing: Row[] = [];
  const others = new Map<PeerName, Peer>();
  for (const name of Object.keys(peers) as PeerName[]) {
    try {
      others.set(name, opened.use(await peers[name](glass.interpreter)));
    } catch (error) {
      missing.push({ what: name, why: `not measured: ${(error as Error).message}` });
    }
  }
  const ours = opened.use(new Ours(glass));
  const pooled = opened.use(await Pooled.open());
  const recorded = opened.use(await OursRecorded.open());
  const contestants: Record<string, Contestant> = {
    [keyOf(recordedTrip, 'ours')]: () => recorded.time(recordedTrip),
    [keyOf(pooledStart, 'ours')]: () => pooled.time(),
  };
  const more = [recordedTrip, pooledStart];
  try {
    const withPackages = opened.use(await Pooled.open(['numpy', 'pandas']));
    contestants[keyOf(pooledStartWithPackages, 'ours')] = () => withPackages.time();
    contestants[keyOf(coldStartWithPackages, 'ours')] = () => withPackages.timeCold(coldStartWithPackages.code);
    more.push(pooledStartWithPackages, coldStartWithPackages);
  } catch (error) {
    missing.push({ what: pooledStartWithPackages.name, why: `not measured: ${(error as Error).message}` });
  }
  for (const task of tasks) {
    contestants[keyOf(task, 'ours')] = () => ours.time(task);
    for (const name of task.peers) {
      const peer = others.get(name);
      if (peer !== undefined) contestants[keyOf(task, name)] = () => peer.time(task);
    }
  }
  const times = await compareInTurn(contestants, Number(values.rounds));
  return [...[...tasks, ...more].map((task) => describe(task, times)), ...missing];
}
