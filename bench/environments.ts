/**
 * What an environment of numpy, pandas, scipy, scikit-learn and matplotlib costs, in one run with uv and with venv and pip,
 * all of the same wheels, which lie on this machine: to build with what is in the store or the cache and without, to
 * import from for the first time, to lease when it is there; and what ten that share numpy take on the disk.
 * Options: --rounds N, --pip-rounds N, --json FILE
 */
import { writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { removeTree } from '../src/environments/index.ts';
import { unpackUv } from '../test/packages/uv.ts';
import { findTestPython } from '../test/support/unpacked-wheels.ts';
import { type BenchHome, openBenchHome } from './environments/bench-home.ts';
import { type Builder, byBelljar, byPip, byUv, timeImport } from './environments/builders.ts';
import { measureSharing } from './environments/shared.ts';
import { readSets } from './plan/sets.ts';
import { describeMachine, quantile, refuseWhenInterrupted, round, type Row, timeOf } from './sandbox/figures.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    'pip-rounds': { type: 'string', default: '2' },
    json: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
/** So long a lease that nobody needs is kept for the next who does, and a little longer. */
const lingerMs = 5_500;
const five = readSets().find(({ name }) => name === 'five')?.requirements ?? [];

const machine = describeMachine();
const { executable: python } = await findTestPython();
const base = await mkdtemp(join(tmpdir(), 'belljar-bench-'));
try {
  await using home = await openBenchHome(join(base, 'home'));
  const { lock, wheels } = await home.bring(...five);
  const others = { uv: join(await unpackUv(join(base, 'uv')), 'uv'), python, base, wheels };
  const builders: Readonly<Record<string, Builder>> = {
    'belljar, judged, with bytecode': byBelljar(home, lock),
    'uv venv, pip sync --compile-bytecode': byUv({ ...others, cache: 'compiled' }, '--compile-bytecode'),
    'uv venv, pip sync': byUv(others),
    'venv, pip install': byPip(others),
  };
  const built = await buildInTurn(builders);
  console.table(built);
  const leased = await timeLeases(home, lock);
  console.table(leased);
  await using another = await openBenchHome(join(base, 'another'), join(base, 'home'));
  const shared = await measureSharing(another, { ...others, base: join(base, 'shared') });
  console.table(shared);
  const report = {
    bench: 'environments',
    ...machine,
    loadAfter: describeMachine()['load'],
    rounds,
    built,
    leased,
    shared,
  };
  console.log(JSON.stringify({ ...report, packages: wheels.length }));
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
} finally {
  await removeTree(base);
}

/** Each builds and imports, round by round; the first round fills stores and caches, and is told apart. */
async function buildInTurn(builders: Readonly<Record<string, Builder>>): Promise<Row[]> {
  const measured = Object.entries(builders).map(([what, build]) => ({
    what,
    build,
    ms: new Array<number>(),
    imports: new Array<number>(),
  }));
  for (let turn = 0; turn <= rounds; turn++) {
    for (const { what, build, ms, imports } of measured) {
      refuseWhenInterrupted();
      if (what.startsWith('venv') && turn > Number(values['pip-rounds'])) continue;
      const made = await build();
      ms.push(made.ms);
      imports.push(await timeImport(made.folder, base));
    }
  }
  return measured.map(({ what, ms: [cold = Number.NaN, ...warm], imports: [, ...imports] }) => ({
    what,
    coldMs: round(cold),
    medianMs: quantile(warm, 0.5),
    leastMs: quantile(warm, 0),
    firstImportMs: quantile(imports, 0.5),
    bothMs: round(quantile(warm, 0.5) + quantile(imports, 0.5)),
  }));
}

async function timeLeases(home: BenchHome, lock: string): Promise<Row[]> {
  const take = (): Promise<number> => timeOf(async () => (await home.acquire(lock))[Symbol.dispose]());
  const [first, next]: [number[], number[]] = [[], []];
  for (let turn = 0; turn < 5; turn++) {
    await delay(lingerMs);
    first.push(await take());
    for (let times = 0; times < 20; times++) next.push(await take());
  }
  return [
    rowOf('lease, judged, of one that nobody uses', first),
    rowOf('lease, judged, of one that is in use here', next),
  ];
}

function rowOf(what: string, ms: readonly number[]): Row {
  return { what, medianMs: quantile(ms, 0.5), p90Ms: quantile(ms, 0.9), leastMs: quantile(ms, 0) };
}
