import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { frame, greeting, jupyterMessage } from '../../test/support/zmtp.ts';
import { type SignedBy, watchExecuteRequests } from './execute-requests.ts';

const signedBy = { key: 'the-key', signatureScheme: 'hmac-sha256' };
const ask = (type = 'execute_request', content?: string): Buffer => jupyterMessage(type, signedBy.key, content);

function count(pieces: readonly Buffer[], by: SignedBy = signedBy): number {
  let requests = 0;
  const take = watchExecuteRequests(by, () => (requests += 1));
  for (const piece of pieces) take(piece);
  return requests;
}

describe('watchExecuteRequests()', () => {
  it('counts each cell that the client asks for, however the bytes come', () => {
    const all = Buffer.concat([greeting(), frame('\x05READY', { isCommand: true }), ask(), ask()]);
    assert.equal(count([all]), 2);
    assert.equal(count([...all].map((byte) => Buffer.of(byte))), 2);
    assert.equal(count([greeting(), ask('execute_request', JSON.stringify({ code: 'x'.repeat(200_000) }))]), 1);
  });

  it('counts nothing that code in the kernel can have the client send', () => {
    const pong = frame('\x04PONGcontext', { isCommand: true });
    for (const each of [pong, ask('comm_msg'), ask('kernel_info_request'), ask('complete_request'), greeting()]) {
      assert.equal(count([greeting(), each, each]), 0);
    }
    assert.equal(count([greeting(), pong, ask('comm_msg'), ask()]), 1, 'the control');
  });

  it('counts nothing of who has not the key', () => {
    assert.equal(count([greeting(), jupyterMessage('execute_request', 'another')]), 0);
    assert.equal(count([greeting(), ask()], { ...signedBy, signatureScheme: 'hmac-none' }), 0);
    assert.equal(count([greeting(), ask()], { ...signedBy, key: '' }), 1, 'a client that signs nothing');
  });

  it('takes what is no message of Jupyter’s for nothing', () => {
    assert.equal(count([Buffer.alloc(64, 0xff), ask()]), 0);
    assert.equal(count([Buffer.of(0xff), Buffer.of(0xff)]), 0);
    const short = Buffer.concat([frame('<IDS|MSG>', { hasMore: true }), frame('execute_request', { isLong: true })]);
    assert.equal(count([greeting(), frame(''), short, frame('x'.repeat(100_000)), ask()]), 1);
  });
});
