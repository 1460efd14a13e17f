import { createHash } from 'node:crypto';

import type { Answer } from './exchange.ts';
import type { IndexClient } from './index-client.ts';
import type { KeptPage } from './kept-page.ts';
import { PageProblem } from './page-content.ts';
import { parsePage } from './parse-page.ts';
import type { ProjectFile } from './project-page.ts';
import { acceptedCodings, passOver, readBody } from './read-body.ts';
import { unavailable } from './unavailable.ts';

export interface FetchPageOptions {
  readonly client: IndexClient;
  readonly name: string;
  /** What is known already: upstream need not send it again. */
  readonly known: KeptPage | undefined;
  readonly maxPageBytes: number;
  readonly pageTimeoutMs: number;
  readonly signal: AbortSignal;
}

const acceptedForms = 'application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1';

/** What upstream says of a name now: `known` itself where nothing changed. @throws INDEX_UNAVAILABLE */
export async function fetchPage(options: FetchPageOptions): Promise<KeptPage> {
  const { client, name, signal, pageTimeoutMs } = options;
  const url = client.pageUrl(name);
  const timeout = AbortSignal.timeout(pageTimeoutMs);
  try {
    return await read(options, await ask(options, AbortSignal.any([signal, timeout])), timeout);
  } catch (error) {
    if (signal.aborted || !timeout.aborted) throw error;
    const message = `it takes longer than ${pageTimeoutMs / 1000} s`;
    throw unavailable({ index: client.name, url, why: 'timeout', message });
  }
}

async function ask({ client, name, known }: FetchPageOptions, signal: AbortSignal): Promise<Answer> {
  return client.ask({
    url: client.pageUrl(name),
    headers: {
      accept: acceptedForms,
      'accept-encoding': acceptedCodings,
      ...(known?.etag === undefined ? {} : { 'if-none-match': known.etag }),
      ...(known?.lastModified === undefined ? {} : { 'if-modified-since': known.lastModified }),
    },
    signal,
  });
}

async function read(options: FetchPageOptions, answer: Answer, timeout: AbortSignal): Promise<KeptPage> {
  const { known, maxPageBytes, signal } = options;
  if (answer.status === 200) {
    const body = await readBody(answer, { maxBytes: maxPageBytes, signal: AbortSignal.any([signal, timeout]) });
    return settle(options, answer, body);
  }
  await passOver(answer);
  if (answer.status === 304 && known !== undefined) return known;
  if (answer.status === 404 || answer.status === 410) return { page: undefined, hosts: [], sizeBytes: 200 };
  const { index, url, status } = answer;
  const advice = status === 401 || status === 403 ? '; check the user and password of the index' : '';
  throw unavailable({ index, url, why: 'status', message: `it answers with status ${status}${advice}` });
}

function settle({ name, known }: FetchPageOptions, answer: Answer, body: Buffer): KeptPage {
  const digest = createHash('sha256').update(body).digest('hex');
  const { etag, 'last-modified': lastModified } = answer.headers;
  if (known?.page?.digest === digest && known.etag === etag && known.lastModified === lastModified) return known;
  try {
    const { files, status, statusReason } = parsePage(body, name, answer.url);
    const page = { name, index: answer.index, digest, status, statusReason, files };
    return { page, hosts: [...hostsOf(files)], etag, lastModified, sizeBytes: body.length * 2 };
  } catch (error) {
    if (!(error instanceof PageProblem)) throw error;
    throw unavailable({ index: answer.index, url: answer.url, why: 'content', message: error.message });
  }
}

/** Most pages name one host, thousands of times. */
function hostsOf(files: readonly ProjectFile[]): Set<string> {
  const hosts = new Set<string>();
  let last: string | undefined;
  for (const { url } of files) {
    if (last !== undefined && url.startsWith(last)) continue;
    const { host, origin } = new URL(url);
    hosts.add(host);
    last = `${origin}/`;
  }
  return hosts;
}
