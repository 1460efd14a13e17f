import { cpus, loadavg, release, totalmem } from 'node:os';

/** A row of a table: what was measured, or why it could not be. */
export type Row = Readonly<Record<string, string | number>>;

/** The value that a part of all values does not exceed, to a hundredth. */
export function quantile(all: readonly number[], part: number): number {
  const sorted = all.toSorted((one, other) => one - other);
  return round(sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN);
}

export function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** What the figures hold for. */
export function describeMachine(): Readonly<Record<string, string | number | undefined>> {
  return {
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    memoryGb: round(totalmem() / 1e9),
    kernel: release(),
    node: process.version,
    load: round(loadavg()[0] ?? Number.NaN),
  };
}

export async function timeOf(work: () => unknown): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort(new Error('interrupted')));

/** What was started must be ended: an interruption is an error like any other, between one measurement and the next. */
export function refuseWhenInterrupted(): void {
  interrupted.signal.throwIfAborted();
}

/** One of those that are measured against each other. Resolves to its time in ms. */
export type Contestant = () => Promise<number>;

/** In turn, round by round, so that a machine that changes its speed does so for all; the first round fills caches. */
export async function compareInTurn(
  contestants: Readonly<Record<string, Contestant>>,
  rounds: number,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const times = new Map(Object.keys(contestants).map((name): [string, number[]] => [name, []]));
  for (let turn = 0; turn <= rounds; turn++) {
    for (const [name, attempt] of Object.entries(contestants)) {
      refuseWhenInterrupted();
      const ms = await attempt();
      if (turn > 0) times.get(name)?.push(ms);
    }
  }
  return times;
}

/** At most so many at a time. */
export async function atOnce<T, R>(items: readonly T[], most: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = [...items.entries()];
  const serve = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) results[next[0]] = await work(next[1]);
  };
  await Promise.all(Array.from({ length: most }, serve));
  return results;
}
