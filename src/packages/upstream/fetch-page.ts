import { BelljarError } from '../../errors.ts';
import type { Answer } from './exchange.ts';
import type { IndexClient } from './index-client.ts';
import { decodeKeptPage, encodeKeptPage, type KeptPage, type PageHead } from './kept-page.ts';
import { PageProblem } from './page-content.ts';
import type { PageReader } from './page-reader.ts';
import { acceptedCodings, passOver, readBody } from './read-body.ts';
import { unavailable } from './unavailable.ts';

export interface FetchPageOptions {
  readonly client: IndexClient;
  readonly reader: PageReader;
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
  const { known, maxPageBytes, name } = options;
  if (answer.status === 200) {
    const signal = AbortSignal.any([options.signal, timeout]);
    return settle({ ...options, signal }, answer, await readBody(answer, { maxBytes: maxPageBytes, signal }));
  }
  await passOver(answer);
  if (answer.status === 304 && known !== undefined) return known;
  if (answer.status === 404 || answer.status === 410) return describeMissing(name, answer.index);
  const { index, url, status } = answer;
  const advice = status === 401 || status === 403 ? '; check the user and password of the index' : '';
  throw unavailable({ index, url, why: 'status', message: `it answers with status ${status}${advice}` });
}

async function settle(
  { name, known, reader, signal }: FetchPageOptions,
  { headers, index, url }: Answer,
  body: Buffer,
): Promise<KeptPage> {
  const digest = Buffer.from(await crypto.subtle.digest('SHA-256', new Uint8Array(body))).toString('hex');
  const { etag, 'last-modified': lastModified } = headers;
  if (known?.page?.digest === digest && known.etag === etag && known.lastModified === lastModified) return known;
  try {
    return open(await reader.read({ body, name, index, url: url.href, digest, etag, lastModified }, signal), {
      name,
      index,
    });
  } catch (error) {
    if (!(error instanceof PageProblem)) throw error;
    throw unavailable({ index, url, why: 'content', message: error.message });
  }
}

function describeMissing(name: string, index: string): KeptPage {
  const head: PageHead = { name, index, isMissing: true, digest: '', status: 'active', hosts: [] };
  return open(encodeKeptPage(head, Buffer.from('[]\n')), { name, index });
}

/** What was written this moment can be read. */
function open(bytes: Buffer, wanted: { name: string; index: string }): KeptPage {
  const kept = decodeKeptPage(bytes, wanted);
  if (kept === undefined) throw new BelljarError('INTERNAL', 'a page that was read cannot be kept');
  return kept;
}
