import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { z } from 'zod';

import { BelljarError, refuseWhenCancelled } from '../../errors.ts';
import { readIndexAddress } from './index-address.ts';
import type { IndexSource } from './upstream.ts';

export interface ConfiguredIndexesOptions {
  /** The Python whose pip is asked where the environment names no index. */
  readonly python?: string | undefined;
  /** Indexes that Belljar’s own configuration adds, each with the names that are its own. */
  readonly extra?: readonly IndexSource[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What policies and plans call the index that all names come from that belong to no other. */
export const defaultIndexName = 'default';

/** Asked of pip itself: its configuration as it reads it, and the default that it carries. */
const askPip = `
import json
from pip._internal.configuration import Configuration
from pip._internal.models.index import PyPI
configuration = Configuration(isolated=False)
configuration.load()
found = {key.split(".", 1)[1]: value for key, value in configuration.items() if key.split(".", 1)[0] in ("global", "install", ":env:")}
print(json.dumps({"url": found.get("index-url") or PyPI.simple_url, "cert": found.get("cert")}))
`;

const answerSchema = z.object({ url: z.string(), cert: z.string().nullable() });
const answerTimeoutMs = 20_000;
const run = promisify(execFile);

/**
 * The indexes that this machine is configured with: one that every name comes from, whatever pip’s extra indexes say, and
 * those with names of their own.
 *
 * @throws INDEX_UNAVAILABLE where none is configured and pip cannot be asked.
 */
export async function readConfiguredIndexes(
  env: NodeJS.ProcessEnv = process.env,
  options: ConfiguredIndexesOptions = {},
): Promise<readonly IndexSource[]> {
  const { url, cert } = readEnvironment(env) ?? (await questionPip(env, options));
  readIndexAddress(url);
  const certificates = env['PIP_CERT'] ?? env['SSL_CERT_FILE'] ?? env['REQUESTS_CA_BUNDLE'] ?? cert ?? undefined;
  const common = certificates === undefined ? {} : { certificates };
  return [{ name: defaultIndexName, url, ...common }, ...(options.extra ?? []).map((one) => ({ ...common, ...one }))];
}

interface Found {
  readonly url: string;
  readonly cert: string | null;
}

function readEnvironment(env: NodeJS.ProcessEnv): Found | undefined {
  const named = env['PIP_INDEX_URL'] ?? env['UV_DEFAULT_INDEX'] ?? env['UV_INDEX_URL'];
  if (named === undefined || named === '') return undefined;
  return { url: named.replace(/^[A-Za-z][\w.-]*=(?=https?:)/, ''), cert: null }; // uv lets an index have a name
}

async function questionPip(env: NodeJS.ProcessEnv, { python, signal }: ConfiguredIndexesOptions): Promise<Found> {
  refuseWhenCancelled(signal);
  const program = python ?? (env['BELLJAR_PYTHON'] || 'python3');
  try {
    // From a folder where nobody has put a module that Python would take for pip.
    const bounds = { env, cwd: '/', timeout: answerTimeoutMs, ...(signal === undefined ? {} : { signal }) };
    const { stdout } = await run(program, ['-c', askPip], bounds);
    return answerSchema.parse(JSON.parse(stdout));
  } catch {
    refuseWhenCancelled(signal);
    // Its own words may hold an address with a password.
    throw new BelljarError('INDEX_UNAVAILABLE', `no package index is configured, and ${program} has no pip to ask`, {
      hint: 'Set PIP_INDEX_URL to the address of an index, or name a Python that has pip.',
    });
  }
}
