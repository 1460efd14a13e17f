import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, it } from 'node:test';

import { dial } from './dial.ts';
import { Refusal } from './refusal.ts';

describe('dial()', () => {
  it('tries one address after the other, however many there are', async (context) => {
    const server = createServer().listen(0, '127.0.0.9');
    await once(server, 'listening');
    context.after(() => server.close());
    const { port } = server.address() as { port: number };
    const terms = { port, timeoutMs: 10_000, signal: new AbortController().signal };
    for (const dead of [0, 1, 2, 3, 5, 6]) {
      const addresses = [...Array.from({ length: dead }, (_, index) => `127.0.0.${10 + index}`), '127.0.0.9'];
      const socket = await dial(addresses, terms);
      assert.equal(socket.remoteAddress, '127.0.0.9');
      socket.destroy();
    }
    await assert.rejects(dial(['127.0.0.10', '127.0.0.11', '127.0.0.12'], terms), (error) => {
      return error instanceof Refusal && /cannot be reached: ECONNREFUSED/.test(error.message);
    });
  });
});
