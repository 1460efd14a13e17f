import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { access, chmod, copyFile, mkdir, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { Interpreter } from '../environments/index.ts';

const execute = promisify(execFile);
const timeoutMs = 30_000;

/** The program behind the glass as it is written. */
export const runnerSource = join(import.meta.dirname, '../../python/belljar_runner');

/**
 * The runner with its bytecode for one interpreter, made once and kept: compiling it at every start takes longer than
 * running it. Where it cannot be kept, the source itself is as good, only slower.
 */
export async function compileRunner(interpreter: Interpreter, cacheFolder: string): Promise<string> {
  const names = (await readdir(runnerSource)).filter((name) => name.endsWith('.py')).sort();
  const folder = join(cacheFolder, `runner-${await digest(names, interpreter)}`);
  try {
    if (!(await isThere(folder))) await build(folder, names, interpreter);
    return folder;
  } catch {
    return runnerSource; // a full disk or a home that cannot be written to is for others to tell
  }
}

async function digest(names: readonly string[], { executable, version }: Interpreter): Promise<string> {
  const hash = createHash('sha256').update(`${executable}\0${version}\0`);
  for (const name of names) hash.update(`${name}\0`).update(await readFile(join(runnerSource, name)));
  return hash.digest('hex').slice(0, 32);
}

/** Beside its place first, then moved there in one: two that build at once both end with a whole one. */
async function build(folder: string, names: readonly string[], { executable }: Interpreter): Promise<void> {
  const half = `${folder}.${randomUUID()}`;
  try {
    await mkdir(half, { recursive: true });
    for (const name of names) await copyFile(join(runnerSource, name), join(half, name));
    await execute(executable, ['-I', '-c', compileProgram, half], { timeout: timeoutMs, cwd: '/' });
    // Whatever the umask is: those who run it behind the glass are others.
    for (const path of [half, join(half, '__pycache__')]) await chmod(path, 0o755);
    await rename(half, folder);
  } catch (error) {
    if (!(await isThere(folder))) throw error;
  } finally {
    await rm(half, { recursive: true, force: true });
  }
}

/** Never checked against the source: nobody can write to either, and each start saves the looking. */
const compileProgram = `
import os, pathlib, py_compile, sys
for source in pathlib.Path(sys.argv[1]).glob("*.py"):
    source.chmod(0o644)
    made = py_compile.compile(str(source), dfile="/belljar/runner/" + source.name, doraise=True,
                              invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    os.chmod(made, 0o644)
`;

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
