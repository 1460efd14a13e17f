/**
 * What a plan costs, in one run: sets of real packages from the index that this machine is configured with, cold and warm,
 * resolved and judged, against bare `uv pip compile`, with the index and with `--offline`, which judge nothing.
 * Options: --rounds N, --only five,web,data,agents
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { Belljar, type Plan } from '../src/belljar.ts';
import { findInterpreter } from '../src/environments/index.ts';
import { readConfiguredIndexes } from '../src/packages/upstream/index.ts';
import { bareUv, type BareUvOptions } from './plan/bare-uv.ts';
import { sets } from './plan/sets.ts';
import { compareInTurn, describeMachine, quantile, round, type Row, timeOf } from './sandbox/figures.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '7' }, only: { type: 'string', default: Object.keys(sets).join() } },
});
const rounds = Number(values.rounds);
const interpreter = await findInterpreter();
const [index] = await readConfiguredIndexes(process.env, { python: interpreter.executable });
if (index === undefined) throw new Error('no index is configured');

const machine = describeMachine();
const rows: Row[] = [];
for (const [name, names] of Object.entries(sets)) {
  if (!values.only.split(',').includes(name)) continue;
  const folder = await mkdtemp(join(tmpdir(), 'belljar-bench-'));
  try {
    rows.push(...(await measure(name, names, folder)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
console.table(rows);
console.log(JSON.stringify({ bench: 'plan', ...machine, loadAfter: describeMachine()['load'], rounds, rows }));

/** Each set on a home and with caches of its own, empty but for uv itself. */
async function measure(set: string, names: readonly string[], folder: string): Promise<Row[]> {
  await using belljar = await Belljar.open({ home: join(folder, 'home') });
  await plan(belljar, ['six']);
  const options = await describeUv(folder);
  let found: Plan | undefined;
  const cold = await timeOf(async () => (found = await plan(belljar, names)));
  const uvCold = await bareUv(names, options)();
  const warm = await compareInTurn(
    {
      plan: () => timeOf(() => plan(belljar, names, true)),
      kept: () => timeOf(() => plan(belljar, names)),
      uv: bareUv(names, options),
      offline: bareUv(names, options, '--offline'),
    },
    rounds,
  );
  const count = found?.packages.length ?? 0;
  const row = (what: string, coldMs: number | string, times: readonly number[] = []): Row => {
    return { set, packages: count, what, coldMs, medianMs: quantile(times, 0.5), p90Ms: quantile(times, 0.9) };
  };
  return [
    row('plan: resolved anew and judged', round(cold), warm.get('plan')),
    row('plan: the kept lock judged again', '', warm.get('kept')),
    row('uv pip compile, nothing judged', round(uvCold), warm.get('uv')),
    row('uv pip compile --offline, nothing judged', '', warm.get('offline')),
  ];
}

function plan(belljar: Belljar, requirements: readonly string[], upgrade = false): Promise<Plan> {
  return belljar.packages.plan({ requirements, actor: { id: 'bench', kind: 'user' }, role: 'owner', upgrade });
}

/** The same uv and the same Python. */
async function describeUv(folder: string): Promise<BareUvOptions> {
  const cache = join(folder, 'home', 'cache');
  const kept = (await readdir(cache)).find((name) => name.startsWith('uv-'));
  if (kept === undefined) throw new Error('no uv was kept');
  const { url, certificates } = index ?? { url: '', certificates: undefined };
  return { uv: join(cache, kept, 'uv'), python: interpreter.executable, folder, index: url, certificates };
}
