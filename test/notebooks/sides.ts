import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { findInterpreter } from '../../src/environments/index.ts';
import { type Notebook, readNotebook, runNotebook, writeNotebook } from '../../src/notebooks/index.ts';
import { ProcessBackend } from '../../src/sandbox/index.ts';
import { Session, describeBundles, openSandbox } from '../../src/sessions/index.ts';
import type { CorpusNotebook, Parts } from './parts.ts';

const mebibyte = 1024 * 1024;
const limits = {
  memoryBytes: 2048 * mebibyte,
  cpus: 2,
  processes: 128,
  cpuTimeMs: 600_000,
  wallTimeMs: 120_000,
  outputBytes: 64 * mebibyte,
  diskBytes: 1024 * mebibyte,
  scratchBytes: 512 * mebibyte,
  openFiles: 1024,
};

/** By Jupyter's own client and kernel, in an empty folder. */
export function runInJupyter({ venv }: Parts, { path }: CorpusNotebook): Notebook {
  return inFolder((folder) => {
    const [source, target] = [join(folder, 'in.ipynb'), join(folder, 'out.ipynb')];
    writeFileSync(source, readFileSync(path));
    callPython(venv, { args: [join(import.meta.dirname, 'run_in_jupyter.py'), source, target], folder });
    return readNotebook(readFileSync(target, 'utf8'));
  });
}

/** Behind glass, with the packages of the same environment and no more. */
export async function runBehindGlass({ venv }: Parts, { path }: CorpusNotebook): Promise<Notebook> {
  const { executable, parts, version } = await findInterpreter({ named: join(venv, 'bin/python') });
  const installed = join(venv, 'lib', `python${version.split('.').slice(0, 2).join('.')}`, 'site-packages');
  const shown = parts.map((part) =>
    'hide' in part && part.hide.endsWith('/site-packages') ? { hostPath: installed, at: part.hide } : part,
  );
  const backend = new ProcessBackend(describeBundles(shown));
  await using session = await Session.over(await openSandbox(backend, { executable, limits, require: [] }), limits);
  const { notebook } = await runNotebook(session, readNotebook(readFileSync(path, 'utf8')), { allowErrors: true });
  return notebook;
}

/** What nbformat has to say of what we write; nothing where it is content. */
export function judgeWritten({ venv }: Parts, notebook: Notebook): string {
  return inFolder((folder) => {
    const path = join(folder, 'written.ipynb');
    writeFileSync(path, writeNotebook(notebook));
    try {
      callPython(venv, { args: [join(import.meta.dirname, 'validate.py'), path], folder });
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  });
}

function callPython(venv: string, { args, folder }: { args: readonly string[]; folder: string }): void {
  const { status, stderr } = spawnSync(join(venv, 'bin/python'), args, {
    cwd: folder,
    encoding: 'utf8',
    timeout: 300_000,
    env: {
      PATH: `${join(venv, 'bin')}:/usr/bin:/bin`,
      HOME: folder,
      LANG: 'C.UTF-8',
      PYDEVD_DISABLE_FILE_VALIDATION: '1',
    },
  });
  if (status !== 0) throw new Error(stderr.trim().split('\n').slice(-3).join(' | '));
}

function inFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'belljar-notebook-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
