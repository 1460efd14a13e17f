import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { describe, it } from 'node:test';

import { EgressWorld } from '../../../test/support/egress.ts';
import { type ResolveTerms, resolveTarget } from './resolve.ts';
import { parseAuthority } from './target.ts';

const target = parseAuthority('api.test:443');

describe('resolveTarget()', () => {
  it('takes addresses of the world, and writes them one way', async () => {
    const addresses = await resolveTarget(target, terms(['1.1.1.1', '2606:4700:0:0::1111']));
    assert.deepEqual(addresses, ['1.1.1.1', '2606:4700::1111']);
  });

  for (const special of [
    '127.0.0.1',
    '169.254.169.254',
    '10.0.0.1',
    '::1',
    '::ffff:1.1.1.1',
    'fd00::1',
    '64:ff9b::1',
  ]) {
    it(`takes none where one is ${special}`, async () => {
      const refusal = { kind: 'address', message: new RegExp(`^api\\.test leads to .*, which is .*\\(RFC`) };
      await assert.rejects(resolveTarget(target, terms([special])), refusal);
      await assert.rejects(resolveTarget(target, terms(['1.1.1.1', special])), refusal);
    });
  }

  it('takes no address of this very machine', async () => {
    const own = Object.values(networkInterfaces())
      .flatMap((addresses = []) => addresses)
      .find(({ internal }) => !internal);
    if (own === undefined) return; // a machine without a network has none to take
    await assert.rejects(resolveTarget(target, terms([own.address])), { kind: 'address' });
  });

  it('checks an address that was named literally as well', async () => {
    assert.deepEqual(await resolveTarget(parseAuthority('1.1.1.1:443'), terms([])), ['1.1.1.1']);
    await assert.rejects(resolveTarget(parseAuthority('127.1:443'), terms([])), {
      message: /^127\.0\.0\.1 is loopback/,
    });
  });

  it('lets a test have one address on one port', async () => {
    const exempt = { ...terms(['127.0.0.1']), exemptAddressesInTests: ['127.0.0.1:443'] };
    assert.deepEqual(await resolveTarget(target, exempt), ['127.0.0.1']);
    await assert.rejects(resolveTarget(parseAuthority('api.test:444'), exempt), { kind: 'address' });
  });

  it('gives up on a name server that does not answer', async () => {
    const silent = { ...terms([]), resolve: () => new Promise<never>(() => undefined), timeoutMs: 20 };
    await assert.rejects(resolveTarget(target, silent), { kind: 'slow' });
  });

  it('says that a name has no address', async () => {
    await assert.rejects(resolveTarget(target, terms([])), { kind: 'unresolvable' });
  });
});

describe('a name that changes its mind', () => {
  it('is resolved once, and what was checked is what is dialled', async () => {
    await using world = await EgressWorld.open();
    const port = await world.serveTcp((socket) => void socket.end('hello'));
    world.allow('rebind.test', port);
    const answers = [['127.0.0.1'], ['169.254.169.254'], ['127.0.0.2']];
    world.names['rebind.test'] = () => answers.shift() ?? [];
    assert.match((await world.tunnel(`rebind.test:${port}`)).head, / 200 /);
    assert.deepEqual(world.resolved, ['rebind.test']);
    for (const address of ['169.254.169.254', '127.0.0.2']) {
      const answer = await world.exchange(`CONNECT rebind.test:${port} HTTP/1.1\r\n\r\n`);
      assert.match(answer, new RegExp(`^HTTP/1.1 403 Forbidden: rebind.test leads to ${address}`));
    }
  });
});

function terms(addresses: readonly string[]): ResolveTerms {
  return {
    resolve: async () => addresses,
    exemptAddressesInTests: [],
    timeoutMs: 1000,
    signal: new AbortController().signal,
  };
}
