import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, readdir, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';

import type { Interpreter } from '../environments/index.ts';
import { BelljarError } from '../errors.ts';
import { keepFolder } from '../kept-folder.ts';

const execute = promisify(execFile);
const timeoutMs = 30_000;

/** What code behind the glass calls its Python by; many a machine has it by another name alone, such as python3.11. */
const commandNames = ['python', 'python3'];

/** The program behind the glass as it is written. */
export const runnerSource = join(import.meta.dirname, '../../python/belljar_runner');

/**
 * The runner with its bytecode for one interpreter, made once and kept: compiling it at every start takes longer than
 * running it. Where it cannot be kept, the source itself is as good, only slower.
 *
 * @throws HOME_UNUSABLE where others could have prepared what is found there.
 */
export async function compileRunner(interpreter: Interpreter, cacheFolder: string): Promise<string> {
  const names = await listSources();
  const name = `runner-${await digest(names, interpreter)}`;
  try {
    return await keepFolder({ base: cacheFolder, name, fill: (folder) => fill(folder, names, interpreter) });
  } catch (error) {
    if (error instanceof BelljarError) throw error;
    return runnerSource; // a full disk or a home that cannot be written to is for others to tell
  }
}

/** Below the source's folder: the programs, and the packages that they import. */
async function listSources(): Promise<string[]> {
  const entries = await readdir(runnerSource, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.py'))
    .map((entry) => relative(runnerSource, join(entry.parentPath, entry.name)))
    .sort();
}

async function digest(names: readonly string[], { executable, version }: Interpreter): Promise<string> {
  const hash = createHash('sha256').update(`${executable}\0${version}\0${commandNames.join('\0')}\0`);
  for (const name of names) hash.update(`${name}\0`).update(await readFile(join(runnerSource, name)));
  return hash.digest('hex').slice(0, 32);
}

async function fill(folder: string, names: readonly string[], { executable }: Interpreter): Promise<void> {
  for (const name of names) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await copyFile(join(runnerSource, name), join(folder, name));
  }
  await mkdir(join(folder, 'bin'));
  for (const name of commandNames) await symlink(executable, join(folder, 'bin', name));
  await execute(executable, ['-I', '-c', compileProgram, folder, ...names], { timeout: timeoutMs, cwd: '/' });
}

/** Never checked against the source: nobody can write to either, and each start saves the looking. */
const compileProgram = `
import os, py_compile, sys
for name in sys.argv[2:]:
    py_compile.compile(os.path.join(sys.argv[1], name), dfile="/belljar/runner/" + name, doraise=True,
                       invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
`;
