/**
 * What an environment costs whose wheels are unpacked and compiled: to assemble, to look at and to remove, in one run with
 * `uv venv` and `uv pip sync` of the same wheels, which are unpacked in its cache. Options: --rounds N
 */
import { mkdir, mkdtemp } from 'node:fs/promises';
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
  const ours = (name: string, placed: typeof wheels): Contestant => {
    const folder = join(base, name);
    return async () => {
      await removeTree(folder);
      await mkdir(folder);
      return timeOf(async () => (made = await assemble({ wheels: placed, python, folder })));
    };
  };
  const built = join(base, 'bytecode');
  const times = await compareInTurn(
    {
      'assemble, without bytecode': ours('plain', without),
      'assemble, with bytecode': ours('bytecode', wheels),
      'quick look': () => timeOf(() => verifyTree(built)),
      'full look': () => timeOf(() => verifyTree(built, { full: true })),
      remove: removing(ours('gone', wheels), join(base, 'gone')),
      'uv venv and pip sync': bareUv(uv),
      'uv venv and pip sync --compile-bytecode': bareUv(uv, '--compile-bytecode'),
    },
    rounds,
  );
  const rows = [...times].map(([what, ms]): Row => ({
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

function removing(make: Contestant, folder: string): Contestant {
  return async () => {
    await make();
    return timeOf(() => removeTree(folder));
  };
}
