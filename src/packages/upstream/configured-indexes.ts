import { askPip } from './ask-pip.ts';
import { readIndexAddress } from './index-address.ts';
import type { IndexSource } from './upstream.ts';

export interface ConfiguredIndexesOptions {
  /** The Python whose pip is asked where the environment names no index. */
  readonly python?: string | undefined;
  /** Indexes that Belljar’s own configuration adds, each with the names that are its own. */
  readonly extra?: readonly IndexSource[] | undefined;
  /** A file to keep pip’s answer in, for as long as nothing that decides it changes. */
  readonly keptIn?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What policies and plans call the index that all names come from that belong to no other. */
export const defaultIndexName = 'default';

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
  const { python = env['BELLJAR_PYTHON'] || 'python3', keptIn, signal } = options;
  const { url, cert } = readEnvironment(env) ?? (await askPip({ python, env, keptIn, signal }));
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
