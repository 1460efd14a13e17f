import { BelljarError } from '../../errors.ts';
import { askPip, type AskPipOptions } from './ask-pip.ts';
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
  const { url, cert } = readEnvironment(env) ?? (await askPip(questionOf(env, options)));
  readIndexAddress(url);
  const indexes = [{ name: defaultIndexName, url }, ...(options.extra ?? [])];
  const certificates = readCertificates(env) ?? cert;
  // Where the environment names the index, pip was not asked yet.
  return certificates === undefined ? trustAsConfigured(indexes, env, options) : trust(indexes, certificates);
}

/**
 * Indexes that were named elsewhere, with the certificates that this machine is configured to trust where they bring none
 * of their own.
 */
export async function trustAsConfigured(
  indexes: readonly IndexSource[],
  env: NodeJS.ProcessEnv = process.env,
  options: ConfiguredIndexesOptions = {},
): Promise<readonly IndexSource[]> {
  const needsNone = indexes.every(({ url, certificates }) => certificates !== undefined || !/^https:/i.test(url));
  return needsNone ? indexes : trust(indexes, readCertificates(env) ?? (await askCertificates(env, options)));
}

function trust(indexes: readonly IndexSource[], certificates: string | null): readonly IndexSource[] {
  return certificates === null ? indexes : indexes.map((one) => ({ certificates, ...one }));
}

function readCertificates(env: NodeJS.ProcessEnv): string | undefined {
  return env['PIP_CERT'] || env['SSL_CERT_FILE'] || env['REQUESTS_CA_BUNDLE'] || undefined;
}

/** Where there is no pip, nobody has configured it. */
async function askCertificates(env: NodeJS.ProcessEnv, options: ConfiguredIndexesOptions): Promise<string | null> {
  try {
    return (await askPip(questionOf(env, options))).cert;
  } catch (error) {
    if (error instanceof BelljarError && error.code === 'INDEX_UNAVAILABLE') return null;
    throw error;
  }
}

function questionOf(env: NodeJS.ProcessEnv, { python, keptIn, signal }: ConfiguredIndexesOptions): AskPipOptions {
  return { python: python ?? (env['BELLJAR_PYTHON'] || 'python3'), env, keptIn, signal };
}

interface Found {
  readonly url: string;
  /** Undefined where nobody was asked for it. */
  readonly cert: string | null | undefined;
}

function readEnvironment(env: NodeJS.ProcessEnv): Found | undefined {
  const named = env['PIP_INDEX_URL'] || env['UV_DEFAULT_INDEX'] || env['UV_INDEX_URL'];
  if (!named) return undefined;
  return { url: named.replace(/^[A-Za-z][\w.-]*=(?=https?:)/, ''), cert: undefined }; // uv lets an index have a name
}
