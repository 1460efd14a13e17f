import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { timeOf } from '../sandbox/figures.ts';
import type { BenchHome, BroughtFile } from './bench-home.ts';

/** Makes an environment anew: where it lies, and how long that took. */
export type Builder = () => Promise<{ readonly folder: string; readonly ms: number }>;

/** From the request to the lease, judged twice, with what is in the store. */
export function byBelljar(home: BenchHome, lock: string): Builder {
  let last: string | undefined;
  return async () => {
    if (last !== undefined) await home.forget(last);
    let folder = '';
    const ms = await timeOf(async () => {
      using lease = await home.acquire(lock);
      if (!lease.isNew) throw new Error('the environment was there already');
      ({ folder } = lease);
      last = lease.environment.key;
    });
    return { folder, ms };
  };
}

export interface OtherBuilderOptions {
  readonly uv: string;
  readonly python: string;
  /** Where it puts what it makes and keeps. */
  readonly base: string;
  readonly wheels: readonly BroughtFile[];
  /** Of its cache: one that is new is empty. */
  readonly cache?: string;
}

/** `uv venv` and `uv pip sync` of the same wheels, held to their hashes, all its files links into its cache. */
export function byUv(options: OtherBuilderOptions, ...more: readonly string[]): Builder {
  const { uv, python, base, cache = 'uv-cache' } = options;
  const { found, lock } = layOut(options);
  const env = { PATH: '/usr/bin:/bin', HOME: base, UV_CACHE_DIR: join(base, cache), UV_NO_CONFIG: '1' };
  const run = (...args: readonly string[]): void => {
    execFileSync(uv, ['--offline', '--no-python-downloads', ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  };
  const sources = ['--no-index', '--find-links', found, '--require-hashes', '--link-mode', 'hardlink', '--quiet'];
  return async () => {
    const folder = mkdtempSync(join(base, 'by-uv-'));
    const ms = await timeOf(() => {
      run('venv', '--quiet', '--python', python, folder);
      run('pip', 'sync', lock, ...sources, '--python', join(folder, 'bin/python'), ...more);
    });
    return { folder, ms };
  };
}

/** `python -m venv` and `pip install` of the same wheels. */
export function byPip(options: OtherBuilderOptions): Builder {
  const { python, base } = options;
  const { found, lock } = layOut(options);
  const run = (program: string, ...args: readonly string[]): void => {
    execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  };
  const sources = [
    '--no-index',
    '--find-links',
    found,
    '--require-hashes',
    '--no-deps',
    '--disable-pip-version-check',
    '-q',
  ];
  return async () => {
    const folder = mkdtempSync(join(base, 'by-pip-'));
    const ms = await timeOf(() => {
      run(python, '-m', 'venv', folder);
      run(join(folder, 'bin/python'), '-m', 'pip', 'install', ...sources, '-r', lock);
    });
    return { folder, ms };
  };
}

/** The wheels in a folder, and a lock that names them. */
function layOut({ base, wheels }: OtherBuilderOptions): { readonly found: string; readonly lock: string } {
  const [found, lock] = [join(base, 'wheels'), join(base, 'requirements.txt')];
  mkdirSync(found, { recursive: true });
  for (const { filename, bytes } of wheels) writeFileSync(join(found, filename), bytes);
  const pins = wheels.map(({ filename, sha256 }) => {
    const [name = '', version = ''] = filename.split('-');
    return `${name}==${version} --hash=sha256:${sha256}\n`;
  });
  writeFileSync(lock, pins.join(''));
  return { found, lock };
}

const program = 'import numpy, pandas, matplotlib.pyplot';

/** How long the interpreter of an environment takes to start and to import what notebooks begin with. */
export function timeImport(folder: string, base: string): Promise<number> {
  // What matplotlib keeps of the machine’s fonts is the same for all.
  const env = { PATH: '/usr/bin:/bin', HOME: base, MPLCONFIGDIR: join(base, 'matplotlib') };
  return timeOf(() => execFileSync(join(folder, 'bin/python'), ['-c', program], { env, stdio: 'inherit' }));
}
