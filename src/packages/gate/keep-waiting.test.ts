import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';

import { keepWaiting } from './keep-waiting.ts';

test('keepWaiting() shows that somebody is there, and then the answer', async (context) => {
  const { promise: work, resolve: finish } = Promise.withResolvers<string>();
  const server = createServer((request, response) => {
    void keepWaiting({ request, response }, work, 1).then((text) => response.end(text));
  });
  context.after(() => server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const asking = send({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', agent: false });
  let signs = 0;
  // The work ends only after some signs were seen.
  asking.on('continue', () => (++signs === 3 ? finish('done') : undefined)).end();
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  assert.equal(response.statusCode, 200);
  assert.equal(Buffer.concat(await response.toArray()).toString(), 'done');
  assert.ok(signs >= 3);
});
