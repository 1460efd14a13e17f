import { readFileSync } from 'node:fs';

import { z } from 'zod';

import { type Row, quantile, round } from '../sandbox/figures.ts';
import type { PeerName } from './peer.ts';
import type { Task } from './tasks.ts';

/** Name of a task, and of who did it, to all its times. */
export type Times = ReadonlyMap<string, readonly number[]>;

export function keyOf(task: Task, who: string): string {
  return `${task.name} (${who})`;
}

/** Ours beside the others, and whether what we promise is kept. */
export function describe(task: Task, times: Times): Row {
  const medianOf = (who: string): number => quantile(times.get(keyOf(task, who)) ?? [], 0.5);
  const ours = medianOf('ours');
  const others = task.peers.filter((peer) => times.has(keyOf(task, peer)));
  const budgets = judge(task, ours, medianOf);
  return {
    what: task.name,
    oursMs: ours,
    oursP95Ms: quantile(times.get(keyOf(task, 'ours')) ?? [], 0.95),
    ...Object.fromEntries(others.map((peer) => [`${peer} ms`, medianOf(peer)])),
    ...Object.fromEntries(others.map((peer) => [`${peer} ×`, Math.round((medianOf(peer) / ours) * 10) / 10])),
    budget: budgets.map(({ text }) => text).join(', '),
    met: budgets.map(({ isMet }) => (isMet === undefined ? 'not measured' : isMet ? 'yes' : 'NO')).join(', '),
  };
}

interface Judged {
  readonly text: string;
  readonly isMet: boolean | undefined;
}

function judge({ budget = {} }: Task, ours: number, medianOf: (who: string) => number): Judged[] {
  const { maxMs, times = {} } = budget;
  const own = maxMs === undefined ? [] : [{ text: `≤ ${maxMs} ms`, isMet: ours <= maxMs }];
  const against = (Object.entries(times) as [PeerName, number][]).map(([peer, least]): Judged => {
    const theirs = medianOf(peer);
    return { text: `≤ 1/${least} of ${peer}`, isMet: Number.isNaN(theirs) ? undefined : ours * least <= theirs };
  });
  return [...own, ...against];
}

const earlierSchema = z.object({ rows: z.array(z.looseObject({ what: z.string() })) });

/**
 * How many times as long each row takes as it did in an earlier report; true where none got slower than is tolerated. A
 * machine that is busier than it was then is so for the others, too: how much is taken off.
 */
export function compareWith(file: string, rows: readonly Row[], tolerance: number): boolean {
  const earlier = new Map(
    earlierSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).rows.map((row) => [row.what, row]),
  );
  const ratiosOf = (column: string): (readonly [string, number])[] =>
    rows.flatMap((row) => {
      const ratio = Number(row[column]) / Number(earlier.get(String(row['what']))?.[column]);
      return Number.isFinite(ratio) ? [[String(row['what']), ratio] as const] : [];
    });
  const machine =
    quantile(
      [...ratiosOf('jupyter ms'), ...ratiosOf('llm-sandbox ms')].map(([, ratio]) => ratio),
      0.5,
    ) || 1;
  const compared = ratiosOf('oursMs').map(([what, ratio]) => ({
    what,
    ratio: round(ratio),
    'the others': machine,
    ours: round(ratio / machine),
    slower: ratio / machine > tolerance ? 'YES' : '',
  }));
  console.table(compared);
  return compared.every(({ slower }) => slower === '');
}
