import type { Exchange } from './answer.ts';

/** Less than any client waits for a sign of life; pip waits for 15 s. */
const signEveryMs = 4000;

/**
 * Waits for work that may take longer than a client has patience, as bringing and opening a large wheel does: a
 * “100 Continue” now and then is skipped by every client, and shows that somebody is there.
 */
export async function keepWaiting<T>(
  { request, response }: Exchange,
  work: Promise<T>,
  everyMs = signEveryMs,
): Promise<T> {
  const timer = setInterval(() => {
    if (request.httpVersion === '1.1' && !response.headersSent && response.writable) response.writeContinue();
  }, everyMs);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}
