/** The thread that reads long pages, so that whoever else is waited on meanwhile is served. */
import { parentPort } from 'node:worker_threads';

import { PageProblem } from './page-content.ts';
import type { PageAnswer, PageQuestion } from './page-thread.ts';
import { readPage } from './read-page.ts';

parentPort?.on('message', ({ body, ...words }: PageQuestion) => {
  const { answer, transfer } = answerTo({ ...words, body: Buffer.from(body) });
  parentPort?.postMessage(answer, transfer);
});

function answerTo(page: Parameters<typeof readPage>[0]): { answer: PageAnswer; transfer: ArrayBuffer[] } {
  try {
    const bytes = new Uint8Array(readPage(page)).buffer;
    return { answer: { bytes }, transfer: [bytes] };
  } catch (error) {
    // What is wrong with us, and not with the page, ends the thread.
    if (!(error instanceof PageProblem)) throw error;
    return { answer: { problem: error.message }, transfer: [] };
  }
}
