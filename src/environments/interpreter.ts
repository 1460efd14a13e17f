import { stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';

import { BelljarError } from '../errors.ts';
import { type PythonBuild, KnownAnswers, Pythons, describeBuild, isPythonVersion } from './pythons/index.ts';

export interface FindInterpreterOptions {
  /** A version (3.12), a path or a program's name, as a person gave it; the machine's first fitting one where left out. */
  readonly named?: string | undefined;
  readonly env?: NodeJS.ProcessEnv;
  /** Where its answer is kept, so that it is not asked again. */
  readonly cacheFolder?: string | undefined;
  readonly signal?: AbortSignal;
}

/**
 * Finds the Python to run with.
 *
 * @throws PYTHON_NOT_FOUND where none is there, or the one that was named does not fit.
 */
export async function findInterpreter(options: FindInterpreterOptions = {}): Promise<PythonBuild> {
  const { env = process.env, named = env['BELLJAR_PYTHON'] ?? '', cacheFolder, signal } = options;
  if (isPythonVersion(named)) return new Pythons({ env, cacheFolder }).choose(named, signal);
  const answers = new KnownAnswers(cacheFolder);
  const found = await search(options, answers);
  await answers.keep();
  return found;
}

async function search(
  { named, signal, ...options }: FindInterpreterOptions,
  answers: KnownAnswers,
): Promise<PythonBuild> {
  const env = options.env ?? process.env;
  const wanted = named ?? env['BELLJAR_PYTHON'];
  const ask = async (program: string): Promise<PythonBuild | { problem: string }> => {
    const path = await locate(program, env);
    const answer = path === undefined ? { problem: 'there is no such program' } : await answers.ask(path, signal);
    return 'problem' in answer ? answer : describeBuild(answer);
  };
  if (wanted !== undefined && wanted !== '') {
    const found = await ask(wanted);
    if ('problem' in found) throw new BelljarError('PYTHON_NOT_FOUND', `${wanted}: ${found.problem}`);
    return found;
  }
  for (const candidate of ['/usr/bin/python3', '/usr/local/bin/python3', 'python3', 'python']) {
    const found = await ask(candidate);
    if (!('problem' in found)) return found;
  }
  throw new BelljarError('PYTHON_NOT_FOUND', 'no CPython of version 3.9 or newer was found on this machine');
}

async function locate(program: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  if (program.includes('/')) return isAbsolute(program) ? program : join(process.cwd(), program);
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    if (isAbsolute(folder) && (await isThere(join(folder, program)))) return join(folder, program);
  }
  return undefined;
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
