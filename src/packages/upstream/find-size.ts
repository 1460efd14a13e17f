import type { IndexClient } from './index-client.ts';
import { passOver } from './read-body.ts';
import { unavailable } from './unavailable.ts';

/** The size of a file as upstream answers it; undefined where it does not say. @throws INDEX_UNAVAILABLE */
export async function askSize(
  client: IndexClient,
  url: URL,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  const headers = { 'accept-encoding': 'identity' };
  const answer = await client.ask({ url, method: 'HEAD', headers, signal });
  await passOver(answer);
  if (answer.status === 200) return readSize(answer.headers['content-length']);
  if (answer.status === 404 || answer.status === 410) throw gone(client, url, answer.status);
  return askByRange(client, url, signal);
}

/** For those that know no HEAD. */
async function askByRange(client: IndexClient, url: URL, signal: AbortSignal | undefined): Promise<number | undefined> {
  const answer = await client.ask({ url, headers: { 'accept-encoding': 'identity', range: 'bytes=0-0' }, signal });
  answer.stream.destroy(); // it may be the whole file
  if (answer.status === 206) return readSize(/\/(\d+)$/.exec(answer.headers['content-range'] ?? '')?.[1]);
  if (answer.status === 200) return readSize(answer.headers['content-length']);
  throw gone(client, url, answer.status);
}

function gone(client: IndexClient, url: URL, status: number): Error {
  return unavailable({ index: client.name, url, why: 'status', message: `it answers with status ${status}` });
}

function readSize(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
