import { availableParallelism } from 'node:os';

import type { Session } from '../../src/sessions/index.ts';
import { describeMemory } from '../sandbox/crowd.ts';
import { type Row, atOnce, quantile, timeOf } from '../sandbox/figures.ts';
import { type Glass, roomyLimits } from '../sandbox/glass.ts';

/** Many sessions that wait for their next cell, and one that works among them. */
export async function measureIdle(glass: Glass, count: number): Promise<Row[]> {
  const sessions: Session[] = [];
  try {
    return await measure(glass, sessions, count);
  } finally {
    await Promise.all(sessions.map((session) => session.close()));
  }
}

async function measure(glass: Glass, sessions: Session[], count: number): Promise<Row[]> {
  const numbers = Array.from({ length: count }, (_, index) => index);
  const width = 2 * availableParallelism();
  const startMs = await timeOf(() => atOnce(numbers, width, async () => sessions.push(await glass.open(roomyLimits))));
  const ready = describeMemory('ready');
  await atOnce(sessions, width, (session) => session.run('x = 1').result);
  const trips: number[] = [];
  for (let trip = 0; trip < 200; trip++) trips.push(await timeOf(() => sessions[0]?.run('1 + 1').result));
  return [
    { what: `start ${count} idle sessions`, value: Math.round(startMs), unit: 'ms' },
    ...ready,
    ...describeMemory('after a first cell').map(judgeMemory),
    { what: `run 1 + 1 in one while ${count - 1} sleep`, value: quantile(trips, 0.5), unit: 'ms' },
  ];
}

const budgetMb = 12;

function judgeMemory(row: Row): Row {
  if (!String(row['what']).endsWith('private memory, median')) return row;
  return { ...row, budget: `≤ ${budgetMb} MB`, met: Number(row['value']) <= budgetMb ? 'yes' : 'NO' };
}
