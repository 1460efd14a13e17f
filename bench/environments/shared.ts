import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { type Row, round } from '../sandbox/figures.ts';
import type { BenchHome } from './bench-home.ts';
import { byPip, byUv, type OtherBuilderOptions } from './builders.ts';

const environmentsCount = 10;

/** numpy and one small package each: what one such environment takes on the disk, with its store, and what ten take. */
export async function measureSharing(home: BenchHome, others: OtherBuilderOptions): Promise<Row[]> {
  const numpy = others.wheels.filter(({ filename }) => filename.startsWith('numpy-'));
  const small = others.wheels
    .filter(({ filename }) => !filename.startsWith('numpy-'))
    .toSorted((one, other) => one.bytes.length - other.bytes.length)
    .slice(0, environmentsCount);
  const base = join(others.base, 'shared');
  const [ours, byTheirs]: [number[], number[]] = [[], []];
  for (const wheel of small) {
    const [name = ''] = wheel.filename.split('-');
    using _lease = await home.acquire((await home.bring('numpy', name)).lock);
    ours.push(bytesOf(home.environments));
    const uv = byUv({ ...others, base, wheels: [...numpy, wheel] }, '--compile-bytecode');
    await uv();
    const made = readdirSync(base).filter((entry) => entry.startsWith('by-uv-'));
    byTheirs.push(bytesOf(...[...made, 'uv-cache'].map((entry) => join(base, entry))));
  }
  const [first] = small;
  const alone = { ...others, base: join(others.base, 'alone'), wheels: [...numpy, ...(first ? [first] : [])] };
  const byOne = bytesOf((await byPip(alone)()).folder);
  return [
    rowOf('belljar: store and environments', ours),
    rowOf('uv --compile-bytecode: cache and environments', byTheirs),
    rowOf('venv + pip (ten times one)', [byOne, byOne * environmentsCount]),
  ];
}

function rowOf(what: string, bytes: readonly number[]): Row {
  const [one = Number.NaN, all = Number.NaN] = [bytes.at(0), bytes.at(-1)];
  return { what, oneMb: round(one / 1e6), tenMb: round(all / 1e6), times: round(all / one) };
}

/** As the disk has it: what lies there under several names is counted once. */
function bytesOf(...folders: readonly string[]): number {
  const told = execFileSync('du', ['-s', '-c', '-B1', '--', ...folders], { encoding: 'utf8' });
  return Number(told.trimEnd().split('\n').at(-1)?.split('\t')[0]);
}
