import assert from 'node:assert/strict';
import { once } from 'node:events';
import { open, truncate, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { sha256 } from '../../../test/gate/memory-upstream.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { sendBytes } from './send-bytes.ts';

const content = Buffer.alloc(3_000_001, 'every byte counts; ');

/** Serves a part of the content; `outcome` is what became of sending it. */
async function serve(
  context: TestContext,
  { first, last, before }: { first: number; last: number; before?: (path: string) => Promise<void> },
): Promise<{ response: IncomingMessage; outcome: Promise<unknown> }> {
  const path = join(await temporaryFolder(context), 'file');
  await writeFile(path, content);
  const { promise: outcome, resolve } = Promise.withResolvers<unknown>();
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-length': last - first + 1 });
    const sending = open(path).then(async (handle) => {
      await before?.(path);
      await sendBytes(response, handle, { first, last }).finally(() => handle.close());
    });
    sending.then(resolve, (error: unknown) => {
      response.destroy();
      resolve(error);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  context.after(() => server.close());
  const asking = send({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, agent: false }).end();
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  return { response, outcome };
}

test('sendBytes() sends each byte of a part, in order, however slowly it is read', async (context) => {
  for (const [first, last] of [
    [0, content.length - 1],
    [1000, 2_500_000],
    [5, 5],
  ] as const) {
    const { response, outcome } = await serve(context, { first, last });
    const chunks: Buffer[] = [];
    for await (const chunk of response) {
      chunks.push(chunk as Buffer);
      await new Promise(setImmediate);
    }
    assert.equal(sha256(Buffer.concat(chunks)), sha256(content.subarray(first, last + 1)));
    assert.equal(await outcome, undefined);
  }
});

test('sendBytes() ends when its client leaves', async (context) => {
  const { response, outcome } = await serve(context, { first: 0, last: content.length - 1 });
  response.once('data', () => response.destroy());
  response.on('error', () => undefined);
  assert.ok((await outcome) instanceof Error);
});

test('sendBytes() does not wait for bytes that are not there any more', async (context) => {
  const before = (path: string): Promise<void> => truncate(path, 1000);
  const { response, outcome } = await serve(context, { first: 0, last: content.length - 1, before });
  response.on('error', () => undefined).resume();
  assert.match(String(await outcome), /became shorter/);
});
