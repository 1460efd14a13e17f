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
print(json.dumps({
  "implementation": sys.implementation.name,
  "version": list(sys.version_info[:3]),
  "executable": os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable),
  "prefix": os.path.realpath(sys.base_prefix),
  "sitePackages": sorted({paths["purelib"], paths["platlib"], *site.getsitepackages([sys.base_prefix])}),
}))
`;

const descriptionSchema = z.object({
  implementation: z.string(),
  version: z.tuple([z.number(), z.number(), z.number()]),
  executable: z.string(),
  prefix: z.string(),
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
 * of sight. Below /usr the sandbox shows the distribution's files anyhow.
 */
async function describeParts({ executable, prefix, sitePackages }: Description): Promise<BundlePart[]> {
  const parts: BundlePart[] = [];
  if (prefix !== '/usr') {
    for (const path of [executable, join(prefix, 'lib'), join(prefix, 'lib64')]) {
      if (await isThere(path)) parts.push({ hostPath: path, at: path });
    }
  }
  for (const folder of sitePackages) {
    const isShown = prefix !== '/usr' || !folder.startsWith('/usr/local/');
    if (isShown && folder.startsWith(`${prefix}/`) && (await isThere(folder))) parts.push({ hide: folder });
  }
  return parts;
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
