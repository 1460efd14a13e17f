/**
 * What a plan costs, in one run: sets of real packages from the index that this machine is configured with, cold and warm,
 * resolved and judged, in this process and as a command, against bare `uv pip compile`, with the index and with
 * `--offline`, which judge nothing.
 * Options: --rounds N, --only NAME,… (of bench/sets), --json FILE
 */
import { writeFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { Belljar, type Plan } from '../src/belljar.ts';
import { findInterpreter } from '../src/environments/index.ts';
import { readConfiguredIndexes } from '../src/packages/upstream/index.ts';
import { bareUv, type BareUvOptions } from './plan/bare-uv.ts';
import { planCommand } from './plan/plan-command.ts';
import { readSets, type RequirementSet } from './plan/sets.ts';
import { compareInTurn, describeMachine, quantile, round, type Row, timeOf } from './sandbox/figures.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '7' }, only: { type: 'string' }, json: { type: 'string' } },
});
const rounds = Number(values.rounds);
const interpreter = await findInterpreter();
const [index] = await readConfiguredIndexes(process.env, { python: interpreter.executable });
if (index === undefined) throw new Error('no index is configured');

const machine = describeMachine();
const rows: Row[] = [];
for (const set of readSets()) {
  if (values.only?.split(',').includes(set.name) === false) continue;
  const folder = await mkdtemp(join(tmpdir(), 'belljar-bench-'));
  try {
    rows.push(...(await measure(set, folder)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
console.table(rows);
const report = { bench: 'plan', ...machine, loadAfter: describeMachine()['load'], rounds, rows };
console.log(JSON.stringify(report));
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);

/** Each set on a home and with caches of its own, empty but for uv itself. */
async function measure({ name: set, path, requirements }: RequirementSet, folder: string): Promise<Row[]> {
  const home = join(folder, 'home');
  await using belljar = await Belljar.open({ home });
  await plan(belljar, ['six']);
  const options = await describeUv(folder);
  let found: Plan | undefined;
  const cold = await timeOf(async () => (found = await plan(belljar, requirements)));
  const uvCold = await bareUv(requirements, options)();
  const warm = await compareInTurn(
    {
      plan: () => timeOf(() => plan(belljar, requirements, true)),
      kept: () => timeOf(() => plan(belljar, requirements)),
      command: planCommand(home, ['-r', path, '--upgrade']),
      keptCommand: planCommand(home, ['-r', path]),
      uv: bareUv(requirements, options),
      offline: bareUv(requirements, options, '--offline'),
    },
    rounds,
  );
  const { allow = 0, ask = 0, deny = 0 } = found?.totals.byVerdict ?? {};
  const row = (what: string, coldMs: number | string, times: readonly number[] = []): Row => {
    return { set, what, coldMs, medianMs: quantile(times, 0.5), p90Ms: quantile(times, 0.9) };
  };
  return [
    { ...row('plan: resolved anew and judged', round(cold), warm.get('plan')), ...{ allow, ask, deny } },
    row('plan: the kept lock judged again', '', warm.get('kept')),
    row('belljar plan --upgrade, a process', '', warm.get('command')),
    row('belljar plan, a process', '', warm.get('keptCommand')),
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
