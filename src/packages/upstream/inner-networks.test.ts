import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { describe, it, type TestContext } from 'node:test';

import { InnerNetworks } from './inner-networks.ts';

const addresses: Readonly<Record<string, string>> = {
  'index.test': '198.41.0.4',
  'files.test': '199.9.14.201',
  'private.test': '10.1.2.3',
  'neighbour.test': 'fd00::7',
  'loopback.test': '127.0.0.1',
  'cloud.test': '169.254.169.254',
  'zone.test': 'fe80::1%eth0',
};

const lookup: LookupFunction = (hostname, _, callback) => {
  const address = addresses[hostname] ?? '';
  callback(null, [{ address, family: address.includes(':') ? 6 : 4 }]);
};

function networksOf(base: string): InnerNetworks {
  return new InnerNetworks({ index: 'public', base: new URL(base), lookup });
}

async function resolveFor(networks: InnerNetworks, host: string, asked = host): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  networks.lookupFor(new URL(`https://${host}/x`))(asked, { all: true }, (error, found) =>
    error === null ? resolve(found) : reject(error),
  );
  return promise;
}

async function serve(context: TestContext): Promise<number> {
  const server = createServer((_, response) => response.end('secret')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

async function dial(networks: InnerNetworks, port: number): Promise<number | undefined> {
  const url = new URL(`http://loopback.test:${port}/`);
  const asked = request(url, { lookup: networks.lookupFor(url), agent: false });
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  asked.on('error', reject).on('response', (answer) => resolve(answer.resume().statusCode));
  asked.end();
  return promise;
}

describe('InnerNetworks', () => {
  it('refuses names that lead into inner networks, and no others, to an index outside', async () => {
    const networks = networksOf('https://index.test/simple/');
    assert.deepEqual(await resolveFor(networks, 'files.test'), [{ address: '199.9.14.201', family: 4 }]);
    for (const host of ['private.test', 'neighbour.test', 'loopback.test', 'cloud.test', 'zone.test']) {
      await assert.rejects(resolveFor(networks, host), { code: 'INDEX_UNAVAILABLE', message: /no page of this index/ });
    }
  });

  it('refuses addresses that are written out, in any spelling', async () => {
    const networks = networksOf('https://index.test/simple/');
    await networks.requireOutside(new URL('https://199.9.14.201/x'));
    await networks.requireOutside(new URL('https://private.test/x'));
    const hosts = ['127.0.0.1', '0x7f.1', '[::1]', '[::ffff:10.0.0.1]', '192.168.1.1', 'localhost', 'a.localhost.'];
    for (const host of hosts) {
      await assert.rejects(networks.requireOutside(new URL(`http://${host}/x`)), { code: 'INDEX_UNAVAILABLE' }, host);
    }
  });

  it('lets an index name what lies where it lies itself, but never what is link-local', async () => {
    const networks = networksOf('https://private.test/simple/');
    await networks.requireOutside(new URL('https://192.168.7.7/x'));
    await resolveFor(networks, 'neighbour.test');
    for (const host of ['127.0.0.1', '169.254.169.254']) {
      await assert.rejects(networks.requireOutside(new URL(`http://${host}/x`)), { code: 'INDEX_UNAVAILABLE' });
    }
    const beside = networksOf('http://169.254.169.254/simple/');
    await assert.rejects(beside.requireOutside(new URL('http://169.254.169.253/')), { code: 'INDEX_UNAVAILABLE' });
  });

  it('does not judge the address of a proxy', async () => {
    const networks = networksOf('https://index.test/simple/');
    assert.ok(await resolveFor(networks, 'files.test', 'private.test'));
  });

  it('dials nothing that is refused', async (context) => {
    const port = await serve(context);
    await assert.rejects(dial(networksOf('https://index.test/'), port), { code: 'INDEX_UNAVAILABLE' });
    assert.equal(await dial(networksOf('http://localhost:1/'), port), 200);
  });
});
