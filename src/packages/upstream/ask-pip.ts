import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

import { z } from 'zod';

import { BelljarError, refuseWhenCancelled } from '../../errors.ts';
import { writeBeside } from './write-beside.ts';

export interface AskPipOptions {
  readonly python: string;
  readonly env: NodeJS.ProcessEnv;
  /** Where the answer is kept: starting a Python to ask takes longer than many a plan. */
  readonly keptIn: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Asked of pip itself: its configuration as it reads it, and the default that it carries. */
const question = `
import json, sys
from pip._internal.configuration import Configuration
from pip._internal.models import index
configuration = Configuration(isolated=False)
configuration.load()
found = {key.split(".", 1)[1]: value for key, value in configuration.items() if key.split(".", 1)[0] in ("global", "install", ":env:")}
try:
    files = [file for _, files in configuration.iter_config_files() for file in files] + [index.__file__, sys.executable]
except Exception:
    files = None
print(json.dumps({"url": found.get("index-url") or index.PyPI.simple_url, "cert": found.get("cert"), "files": files}))
`;

const answerSchema = z.object({ url: z.string(), cert: z.string().nullable() });
const saidSchema = answerSchema.extend({ files: z.array(z.string()).nullable() });
const keptSchema = answerSchema.extend({ asked: z.string(), seen: z.array(z.tuple([z.string(), z.number()])) });
type Answer = z.infer<typeof answerSchema>;

const answerTimeoutMs = 20_000;
/** A Python may change in ways that none of its files tells. */
const keepMs = 60 * 60_000;
const run = promisify(execFile);

/**
 * The index that pip is configured with, or carries, and the certificates it is told to trust.
 *
 * @throws INDEX_UNAVAILABLE where there is no pip to ask.
 */
export async function askPip(options: AskPipOptions): Promise<Answer> {
  const kept = await recall(options);
  if (kept !== undefined) return kept;
  const { url, cert, files } = await ask(options);
  if (files !== null && !/\/\/[^/]*@/.test(url)) await keep(options, { url, cert }, files); // a secret is not written down again
  return { url, cert };
}

async function ask({ python, env, signal }: AskPipOptions): Promise<z.infer<typeof saidSchema>> {
  refuseWhenCancelled(signal);
  try {
    // From a folder where nobody has put a module that Python would take for pip.
    const bounds = { env, cwd: '/', timeout: answerTimeoutMs, ...(signal === undefined ? {} : { signal }) };
    const { stdout } = await run(python, ['-c', question], bounds);
    return saidSchema.parse(JSON.parse(stdout));
  } catch {
    refuseWhenCancelled(signal);
    // Its own words may hold an address with a password.
    throw new BelljarError('INDEX_UNAVAILABLE', `no package index is configured, and ${python} has no pip to ask`, {
      hint: 'Set PIP_INDEX_URL to the address of an index, or name a Python that has pip.',
    });
  }
}

async function recall(options: AskPipOptions): Promise<Answer | undefined> {
  if (options.keptIn === undefined) return undefined;
  const found = await stat(options.keptIn).catch(() => undefined);
  if (found === undefined || Math.abs(Date.now() - found.mtimeMs) > keepMs) return undefined;
  const text = await readFile(options.keptIn, 'utf8').catch(() => '');
  const kept = keptSchema.safeParse(parseLoosely(text)).data;
  if (kept === undefined || kept.asked !== describe(options)) return undefined;
  const now = await Promise.all(kept.seen.map(async ([path, changedAtMs]) => (await changeOf(path)) === changedAtMs));
  return now.every(Boolean) ? { url: kept.url, cert: kept.cert } : undefined;
}

async function keep(options: AskPipOptions, answer: Answer, files: readonly string[]): Promise<void> {
  if (options.keptIn === undefined) return;
  const seen = await Promise.all(files.map(async (path) => [path, await changeOf(path)]));
  // It saves time and nothing else.
  await mkdir(dirname(options.keptIn), { recursive: true, mode: 0o700 }).catch(() => undefined);
  const text = JSON.stringify({ ...answer, asked: describe(options), seen });
  await writeBeside(options.keptIn, text).catch(() => undefined);
}

/** All that decides which pip answers, and what of the environment it reads. */
function describe({ python, env }: AskPipOptions): string {
  const names = Object.keys(env).filter((name) =>
    /^(?:PIP_|XDG_CONFIG|PYTHON|PYENV)|^(?:HOME|PATH|VIRTUAL_ENV)$/.test(name),
  );
  const words = names.sort().map((name) => `${name}=${env[name] ?? ''}`);
  return createHash('sha256')
    .update(JSON.stringify([python, ...words]))
    .digest('hex');
}

async function changeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => -1, // not there: it may come
  );
}

function parseLoosely(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
