/**
 * What an environment costs whose wheels are unpacked and compiled: to assemble, to look at and to remove, in one run with
 * `uv venv` and `uv pip sync` of the same wheels, which are unpacked in its cache. Options: --rounds N
 */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { type Assembled, assemble, removeTree, verifyTree } from '../src/environments/index.ts';
import { unpackUv } from '../test/packages/uv.ts';
import { findTestPython } from '../test/support/unpacked-wheels.ts';
import { bareUv } from './environments/bare-uv.ts';
import { readSets } from './plan/sets.ts';
import { bringWheels, storeWheels } from './environments/wheels.ts';
import { compareInTurn, type Contestant, describeMachine, quantile, type Row, timeOf } from './sandbox/figures.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '7' } } });
const rounds = Number(values.rounds);
const five = readSets().find(({ name }) => name === 'five')?.requirements ?? [];

const machine = describeMachine();
const python = await findTestPython();
const base = await mkdtemp(join(tmpdir(), 'belljar-bench-'));
try {
  const fetched = bringWheels('five', five, python.executable);
  const wheels = storeWheels(join(base, 'store'), fetched, python);
  const without = wheels.map((placed) => ({ ...placed, bytecode: undefined }));
  const uv = { uv: join(await unpackUv(join(base, 'uv')), 'uv'), python: python.executable, base, wheels: fetched };
  let made: Assembled | undefined;
  let built = '';
  const ours = (placed: typeof wheels): Contestant => {
    return async () => {
      built = await mkdtemp(join(base, 'environment-'));
      return timeOf(async () => (made = await assemble({ wheels: placed, python, folder: built })));
    };
  };
  const times = await compareInTurn(
    {
      'assemble, without bytecode': ours(without),
      'assemble, with bytecode': ours(wheels),
      'quick look': () => timeOf(() => verifyTree(built)),
      'full look': () => timeOf(() => verifyTree(built, { full: true })),
      'uv venv and pip sync': bareUv(uv),
      'uv venv and pip sync --compile-bytecode': bareUv(uv, '--compile-bytecode'),
    },
    rounds,
  );
  // Last: ext4 makes folders many times slower for a while after thousands of them were removed.
  const removals = [['remove', [await timeOf(() => removeTree(built))]]] as const;
  const rows = [...times, ...removals].map(([what, ms]): Row => ({
    what,
    medianMs: quantile(ms, 0.5),
    p90Ms: quantile(ms, 0.9),
    leastMs: quantile(ms, 0),
  }));
  console.table(rows);
  console.log(JSON.stringify({ bench: 'environments', ...machine, rounds, packages: wheels.length, made, rows }));
} finally {
  await removeTree(base);
}
