import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';

import { type Row, quantile, refuseWhenInterrupted, round } from './figures.ts';
import { type Glass, type GlassLimits, roomyLimits, runIn } from './glass.ts';

const attackers = 16;

/** What an operator would give to each of many. */
const attackerLimits: GlassLimits = {
  ...roomyLimits,
  memoryBytes: 128 * 1024 * 1024,
  cpus: 0.5,
  processes: 32,
  outputBytes: 10_000_000,
};

const attacks: Readonly<Record<string, string>> = {
  'burn processor time': 'while True: pass',
  'fork without end': `
import os, time
while True:
    try:
        if os.fork() == 0: time.sleep(0.05); os._exit(0)
    except OSError: pass
    try:
        while os.waitpid(-1, os.WNOHANG)[0]: pass
    except OSError: pass`,
  'allocate without end': 'x = []\nwhile True: x.append(bytearray(1 << 20))',
  'print without end': 'while True: print("x" * 1000)',
  'fill their disk': `
import os
while True:
    for number in range(10**6):
        try: open(f"/workspace/{number}", "wb").write(bytes(1 << 20))
        except OSError: break
    for name in os.listdir("/workspace"):
        os.unlink("/workspace/" + name)`,
};

/** What a session that does nothing wrong feels of sixteen that do, and what the server's own event loop does. */
export async function measureNeighbours(glass: Glass, secondsEach: number): Promise<Row[]> {
  await using victim = await glass.open();
  await runIn(victim, 'pass');
  const rows = [await watchVictim(victim, 'quiet', secondsEach)];
  for (const [what, code] of Object.entries(attacks)) {
    refuseWhenInterrupted();
    const stop = new AbortController();
    const begun = Array.from({ length: attackers }, () => Promise.withResolvers<undefined>());
    const under = begun.map((first, index) =>
      attack(glass, { code, index, signal: stop.signal, onBegun: first.resolve }),
    );
    await Promise.race([Promise.all(begun.map(({ promise }) => promise)), Promise.all(under)]);
    rows.push(await watchVictim(victim, `${attackers} others ${what}`, secondsEach));
    stop.abort();
    await Promise.all(under);
  }
  return rows;
}

interface Attack {
  readonly code: string;
  readonly index: number;
  readonly signal: AbortSignal;
  readonly onBegun: (value: undefined) => void;
}

/** Whatever ends it, it comes again. Disks are filled where files are kept: on the disk, not in memory. */
async function attack(glass: Glass, { code, index, signal, onBegun }: Attack): Promise<void> {
  const isOver = (): boolean => signal.aborted;
  while (!isOver()) {
    const session = await glass.open(attackerLimits, code.includes('/workspace') ? `attacker-${index}` : undefined);
    const close = (): void => void session.close();
    signal.addEventListener('abort', close, { once: true });
    onBegun(undefined);
    while (!isOver()) {
      const hasRun = await session.runScript({ name: 'x.py', code, args: [] }, { signal }).then(
        ({ outcome }) => outcome.status !== 'broken',
        () => false,
      );
      if (!hasRun) break;
    }
    signal.removeEventListener('abort', close);
    await session.close();
  }
}

async function watchVictim(victim: Awaited<ReturnType<Glass['open']>>, what: string, seconds: number): Promise<Row> {
  const loop = monitorEventLoopDelay({ resolution: 1 });
  const trips: number[] = [];
  const until = performance.now() + seconds * 1000;
  loop.enable();
  while (performance.now() < until) {
    const startedAt = performance.now();
    await victim.runScript({ name: 'x.py', code: '1 + 1', args: [] });
    trips.push(performance.now() - startedAt);
    await delay(5);
  }
  loop.disable();
  return {
    what,
    runs: trips.length,
    runP50Ms: quantile(trips, 0.5),
    runP99Ms: quantile(trips, 0.99),
    loopDelayP50Ms: round(loop.percentile(50) / 1e6),
    loopDelayP99Ms: round(loop.percentile(99) / 1e6),
  };
}
