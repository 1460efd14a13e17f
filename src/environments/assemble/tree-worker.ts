/** A thread that makes trees, so that whoever else is waited on meanwhile is served. */
import { parentPort } from 'node:worker_threads';

import { performBatch, type TreeBatch } from './tree-batch.ts';
import type { BatchReply } from './tree-threads.ts';

parentPort?.on('message', (batch: TreeBatch) => parentPort?.postMessage(replyTo(batch)));

function replyTo(batch: TreeBatch): BatchReply {
  try {
    performBatch(batch);
    return {};
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { failure: { code, message } };
  }
}
