import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';

import { z } from 'zod';

import { BelljarError, refuseWhenCancelled } from '../errors.ts';
import type { BundlePart } from '../sandbox/index.ts';

/** A CPython of this machine, and what of the host must be shown for it to run behind glass. */
export interface Interpreter {
  readonly executable: string;
  readonly version: string;
  readonly parts: readonly BundlePart[];
}

export interface FindInterpreterOptions {
  /** A path or a program's name, as a person gave it; the machine's first fitting one where left out. */
  readonly named?: string | undefined;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

const describeProgram = `
import json, os, site, sys, sysconfig
paths = sysconfig.get_paths()
base = sysconfig.get_paths(vars={"base": sys.base_prefix, "platbase": sys.base_exec_prefix})
print(json.dumps({
  "implementation": sys.implementation.name,
  "version": list(sys.version_info[:3]),
  "executable": os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable),
  "prefix": os.path.realpath(sys.base_prefix),
  "library": sorted({base["stdlib"], base["platstdlib"]}),
  "sitePackages": sorted({paths["purelib"], paths["platlib"], *site.getsitepackages([sys.base_prefix])}),
}))
`;

const descriptionSchema = z.object({
  implementation: z.string(),
  version: z.tuple([z.number(), z.number(), z.number()]),
  executable: z.string(),
  prefix: z.string(),
  library: z.array(z.string()),
  sitePackages: z.array(z.string()),
});

const run = promisify(execFile);
const answerTimeoutMs = 10_000;
const oldestMinor = 9;

/**
 * Finds the Python to run with.
 *
 * @throws PYTHON_NOT_FOUND where none is there, or the one that was named does not fit.
 */
export async function findInterpreter(options: FindInterpreterOptions = {}): Promise<Interpreter> {
  const env = options.env ?? process.env;
  const named = options.named ?? env['BELLJAR_PYTHON'];
  if (named !== undefined && named !== '') {
    const found = await tryInterpreter(await locate(named, env), options.signal);
    if ('problem' in found) throw new BelljarError('PYTHON_NOT_FOUND', `${named}: ${found.problem}`);
    return found;
  }
  for (const candidate of ['/usr/bin/python3', '/usr/local/bin/python3', 'python3', 'python']) {
    const found = await tryInterpreter(await locate(candidate, env), options.signal);
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

async function tryInterpreter(
  path: string | undefined,
  signal?: AbortSignal,
): Promise<Interpreter | { problem: string }> {
  if (path === undefined || !(await isThere(path))) return { problem: 'there is no such program' };
  const answer = await ask(path, signal);
  if ('problem' in answer) return answer;
  const [major, minor] = answer.version;
  const version = answer.version.join('.');
  if (answer.implementation !== 'cpython') return { problem: `${answer.implementation} is not CPython` };
  if (major !== 3 || minor < oldestMinor) return { problem: `Python ${version} is older than 3.${oldestMinor}` };
  return { executable: answer.executable, version, parts: await describeParts(answer) };
}

type Description = z.infer<typeof descriptionSchema>;

async function ask(path: string, signal: AbortSignal | undefined): Promise<Description | { problem: string }> {
  try {
    const { stdout } = await run(path, ['-I', '-c', describeProgram], {
      timeout: answerTimeoutMs,
      cwd: '/',
      ...(signal === undefined ? {} : { signal }),
    });
    const parsed = descriptionSchema.safeParse(JSON.parse(stdout));
    return parsed.success ? parsed.data : { problem: 'it does not answer as a Python does' };
  } catch (error) {
    refuseWhenCancelled(signal);
    return { problem: `it does not answer as a Python does (${(error as Error).message.split('\n')[0]})` };
  }
}

/**
 * The standard library and the program, without what was installed beside them: packages that nobody judged stay out
 * of sight. The libraries of the distribution's own Python lie where the sandbox shows those of the distribution.
 */
async function describeParts({ executable, prefix, library, sitePackages }: Description): Promise<BundlePart[]> {
  const wanted =
    prefix === '/usr' ? [executable, ...library] : [executable, join(prefix, 'lib'), join(prefix, 'lib64')];
  const shown: string[] = [];
  for (const path of wanted) if (await isThere(path)) shown.push(path);
  const hidden: string[] = [];
  for (const folder of sitePackages) {
    if (shown.some((path) => folder.startsWith(`${path}/`)) && (await isThere(folder))) hidden.push(folder);
  }
  return [...shown.map((path) => ({ hostPath: path, at: path })), ...hidden.map((hide) => ({ hide }))];
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
