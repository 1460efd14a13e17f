import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';

import { writeToStdout } from './audit-output.ts';

test('writeToStdout() waits for its reader, until it is interrupted', async () => {
  const stdout = new PassThrough({ highWaterMark: 4 });
  const controller = new AbortController();
  const io = { stdout, stderr: stdout, stdin: stdout, env: {} };
  const write = writeToStdout(io, controller.signal);
  const waiting = Promise.resolve(write('a long piece'));
  stdout.resume();
  await waiting;
  stdout.pause();
  const interrupted = Promise.resolve(write('another piece'));
  controller.abort();
  await assert.rejects(interrupted, { name: 'AbortError' });
});
