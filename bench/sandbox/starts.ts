import { spawnSync } from 'node:child_process';

import { DockerEngine } from './docker.ts';
import { type Contestant, type Row, compareInTurn, quantile, timeOf } from './figures.ts';
import { type Glass, runIn } from './glass.ts';
import { Jupyter } from './jupyter.ts';

const code = 'print(1 + 1)';
const bareBubblewrap = [
  ...['--ro-bind', '/', '/', '--unshare-all', '--dev', '/dev', '--proc', '/proc'],
  ...['--die-with-parent', '--'],
];

/** A start from nothing, ours against what else one would take; ending it is not in our time, but is in a program's. */
export async function compareStarts(glass: Glass, rounds: number): Promise<Row[]> {
  await using opened = new AsyncDisposableStack();
  const missing: Row[] = [];
  const contestants = { ...ours(glass), ...programs(glass) };
  for (const [what, prepare] of Object.entries({ 'docker run': withDocker, Jupyter: withJupyter })) {
    try {
      Object.assign(contestants, await prepare(glass, opened));
    } catch (error) {
      missing.push({ what, why: `not measured: ${(error as Error).message}` });
    }
  }
  const times = await compareInTurn(contestants, rounds);
  const own = quantile(times.get('session ready (ours)') ?? [], 0.5);
  const rows = [...times].map(([what, all]): Row => {
    const p50Ms = quantile(all, 0.5);
    return { what, p50Ms, p95Ms: quantile(all, 0.95), timesOurs: Math.round((p50Ms / own) * 10) / 10 };
  });
  return [...rows, ...missing];
}

function ours(glass: Glass): Record<string, Contestant> {
  return {
    'session ready (ours)': () => timeAndClose(glass, () => undefined),
    'session and first run (ours)': () => timeAndClose(glass, (session) => runIn(session, code)),
    'session with kept files, ready (ours)': () => timeAndClose(glass, () => undefined, 'kept'),
    'session ready and closed again (ours)': () => timeOf(async () => (await glass.open()).close()),
  };
}

async function timeAndClose(
  glass: Glass,
  work: (session: Awaited<ReturnType<Glass['open']>>) => unknown,
  workspace?: string,
): Promise<number> {
  const startedAt = performance.now();
  const session = await glass.open(undefined, workspace);
  await work(session);
  const ms = performance.now() - startedAt;
  await session.close();
  return ms;
}

function programs({ interpreter: { executable } }: Glass): Record<string, Contestant> {
  const python = [executable, '-I', '-c', code] as const;
  return {
    'python3 -I -c': () => timeOf(() => call(python)),
    'bwrap, nothing else': () => timeOf(() => call(['bwrap', ...bareBubblewrap, ...python])),
  };
}

async function withDocker(_: Glass, opened: AsyncDisposableStack): Promise<Record<string, Contestant>> {
  const engine = opened.use(await DockerEngine.start());
  return { [`docker run (${engine.version})`]: () => engine.time(code) };
}

async function withJupyter(
  { interpreter: { executable, version } }: Glass,
  opened: AsyncDisposableStack,
): Promise<Record<string, Contestant>> {
  const jupyter = opened.use(await Jupyter.prepare(executable, version));
  return {
    'Jupyter kernel ready': async () => (await jupyter.time()).readyMs,
    'Jupyter kernel and first run': async () => (await jupyter.time()).ranMs,
  };
}

function call([program, ...args]: readonly [string, ...string[]]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
}
