import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';

import { archives, packages } from './corpus.ts';

const cache = join(import.meta.dirname, '../../.cache');

export interface Parts {
  /** A virtual environment with Jupyter and all that the notebooks import. */
  readonly venv: string;
  readonly notebooks: readonly CorpusNotebook[];
}

export interface CorpusNotebook {
  /** Archive and path: by this the list of differences names it. */
  readonly id: string;
  readonly path: string;
}

/** Downloads the notebooks and builds the environment with the pip of that Python; made once and kept. */
export function keepParts(python: string): Parts {
  const venv = keep(`notebooks-venv-${digest([python, ...packages])}`, (folder) => {
    execute(python, ['-m', 'venv', '--copies', folder]);
    execute(join(folder, 'bin/python'), ['-m', 'pip', 'install', '--quiet', '--only-binary', ':all:', ...packages]);
  });
  const folder = keep(`notebooks-${digest(archives)}`, (into) => download(python, into));
  return { venv, notebooks: findNotebooks(folder) };
}

/** Filled where it will stay, since an environment cannot be moved; what a killed run left is begun anew. */
function keep(name: string, fill: (folder: string) => void): string {
  const folder = join(cache, name);
  const mark = join(folder, 'whole');
  if (existsSync(mark)) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  fill(folder);
  mkdirSync(mark);
  return folder;
}

function download(python: string, into: string): void {
  const draft = mkdtempSync(join(into, 'draft-'));
  for (const { requirement } of archives) {
    const name = requirement.split('==')[0] ?? requirement;
    execute(python, [
      '-m',
      'pip',
      'download',
      '--quiet',
      '--no-deps',
      '--no-binary',
      name,
      '--dest',
      draft,
      requirement,
    ]);
  }
  for (const archive of readdirSync(draft)) {
    execute('tar', ['xzf', join(draft, archive), '-C', draft, '--wildcards', '*.ipynb']);
    rmSync(join(draft, archive));
  }
  for (const folder of readdirSync(draft)) renameSync(join(draft, folder), join(into, folder));
  rmSync(draft, { recursive: true });
}

function findNotebooks(folder: string): CorpusNotebook[] {
  return archives.flatMap(({ requirement, notebooks }) => {
    const root = join(folder, requirement.replace('==', '-'));
    const found = notebooks.flatMap((pattern) => globSync(pattern, { cwd: root }).map((path) => join(root, path)));
    if (found.length === 0) throw new Error(`${requirement} brings none of its notebooks`);
    return found.sort().map((path) => ({ id: relative(folder, path).replace(/-[\d.]+\//, '/'), path }));
  });
}

function execute(program: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: 600_000 });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr}`);
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
}
