import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

/** For an emulated machine as well. */
const patienceMs = 30_000;

/**
 * Reads a control stream as a host would that trusts its runner: each line is a frame, what is none is passed over.
 * Resolves to whether it came to believe that a run ended with this code.
 */
export async function readUnchecked(stream: Readable, code: number): Promise<boolean> {
  const stop = new AbortController();
  const tooLate = delay(patienceMs, false, { signal: stop.signal }).catch(() => false);
  try {
    return await Promise.race([findEnd(stream, code), tooLate]);
  } finally {
    stop.abort();
  }
}

async function findEnd(stream: Readable, code: number): Promise<boolean> {
  let rest = '';
  const end = (line: string): boolean => isEnd(line, code);
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const lines = (rest + chunk.toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    if (lines.some(end)) return true;
  }
  return end(rest);
}

function isEnd(line: string, code: number): boolean {
  try {
    const frame = JSON.parse(line) as { type?: unknown; code?: unknown } | null;
    return frame?.type === 'done' && frame.code === code;
  } catch {
    return false;
  }
}
