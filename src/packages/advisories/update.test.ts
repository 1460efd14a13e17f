import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { readdir, writeFile } from 'node:fs/promises';
import { test, type TestContext } from 'node:test';

import { osvRecord, zipOf } from '../../../test/advisories/dumps.ts';
import { makeCertificate } from '../../../test/support/certificate.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { openDatabase } from '../../storage/index.ts';
import { type Advisories, openAdvisories } from './advisories.ts';
import { configuredSource, requireSource } from './configured-source.ts';
import { downloadDump } from './download.ts';

const dump = zipOf([osvRecord('A-1')]);

async function serve(context: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function open(context: TestContext): Promise<{ advisories: Advisories; folder: string }> {
  const folder = await temporaryFolder(context);
  const database = await openDatabase({ path: join(folder, 'a.sqlite') });
  context.after(() => database.close());
  return { advisories: await openAdvisories(database, { folder }), folder };
}

test('update() fetches the dump once, and asks only whether it changed after that', async (context) => {
  const asked: IncomingMessage['headers'][] = [];
  const url = await serve(context, (request, response) => {
    asked.push(request.headers);
    if (request.headers['if-none-match'] === '"one"') response.writeHead(304).end();
    else response.writeHead(200, { etag: '"one"' }).end(dump);
  });
  const { advisories, folder } = await open(context);
  const first = await advisories.update(`${url}/all.zip?token=secret`, { force: true });
  assert.equal(first.isChanged, true);
  assert.equal(first.source, `${url}/all.zip`);
  const before = await advisories.status();
  const second = await advisories.update(`${url}/all.zip?token=secret`);
  assert.deepEqual([second.isChanged, second.counts], [false, undefined]);
  assert.deepEqual(
    asked.map((headers) => headers['if-none-match']),
    [undefined, '"one"'],
  );
  const after = await advisories.status();
  assert.ok(String(after.checkedAt) > String(before.checkedAt));
  assert.equal(after.asOf, before.asOf);
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.startsWith('belljar-advisories')),
    [],
  );
});

test('update() asks another source for all of it', async (context) => {
  const asked: unknown[] = [];
  const url = await serve(context, (request, response) => {
    asked.push(request.headers['if-none-match']);
    response.writeHead(200, { etag: '"one"' }).end(dump);
  });
  const { advisories } = await open(context);
  await advisories.update(`${url}/one.zip`, { force: true });
  await advisories.update(`${url}/two.zip`);
  await advisories.update(`${url}/two.zip`, { force: true });
  assert.deepEqual(asked, [undefined, undefined, undefined]);
});

test('update() follows redirects within what may be trusted', async (context) => {
  let target = '/all.zip';
  const url = await serve(context, (request, response) => {
    if (request.url === '/all.zip') response.end(dump);
    else response.writeHead(302, { location: target }).end();
  });
  const { advisories } = await open(context);
  assert.equal((await advisories.update(`${url}/latest`, { force: true })).isChanged, true);
  target = 'http://mirror.invalid/all.zip';
  await assert.rejects(advisories.update(`${url}/latest`), { code: 'USAGE', message: /not an https address/ });
  target = 'file:///etc/passwd';
  await assert.rejects(advisories.update(`${url}/latest`), { code: 'USAGE' });
  target = '/again';
  await assert.rejects(advisories.update(`${url}/latest`), { code: 'ADVISORIES_UNAVAILABLE', message: /more than 5/ });
});

test('update() tells the password to the host it is for, and to nobody else', async (context) => {
  const told: unknown[] = [];
  const other = await serve(context, (request, response) => {
    told.push(request.headers.authorization);
    response.end(dump);
  });
  const url = await serve(context, (request, response) => {
    told.push(request.headers.authorization);
    response.writeHead(302, { location: `${other}/all.zip` }).end();
  });
  const { advisories } = await open(context);
  const report = await advisories.update(`${url.replace('//', '//ann:p%40ss@')}/latest`, { force: true });
  assert.deepEqual(told, [`Basic ${Buffer.from('ann:p@ss').toString('base64')}`, undefined]);
  assert.equal(report.source, `${url}/latest`);
});

test('update() leaves everything as it was where the source fails, and says how', async (context) => {
  let answer: RequestListener = () => undefined;
  const url = await serve(context, (...exchange) => answer(...exchange));
  const { advisories, folder } = await open(context);
  const { digest } = advisories.current;
  const failures: [RequestListener, string, RegExp][] = [
    [(_, response) => response.writeHead(500).end('no'), 'ADVISORIES_UNAVAILABLE', /it answers 500/],
    [(_, response) => response.writeHead(304).end(), 'ADVISORIES_UNAVAILABLE', /it answers 304/],
    [(request) => request.socket.destroy(), 'ADVISORIES_UNAVAILABLE', /cannot be fetched/],
    [
      (_, response) => {
        response.writeHead(200, { 'content-length': String(dump.length) });
        response.write(dump.subarray(0, 50), () => response.destroy());
      },
      'ADVISORIES_UNAVAILABLE',
      /cannot be fetched/,
    ],
    [(_, response) => response.end(dump.subarray(0, 100)), 'ADVISORIES_UNUSABLE', /not all of one/],
    [(_, response) => response.end('<html>log in</html>'), 'ADVISORIES_UNUSABLE', /no ZIP file/],
  ];
  for (const [listener, code, message] of failures) {
    answer = listener;
    await assert.rejects(advisories.update(`${url}/all.zip`), { code, message });
    assert.equal(advisories.current.digest, digest);
  }
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.startsWith('belljar-advisories')),
    [],
  );
  answer = (_, response) => response.end(dump);
  assert.equal((await advisories.update(`${url}/all.zip`, { force: true })).isChanged, true);
});

test('downloadDump() bounds how much comes, and how long nothing may', async (context) => {
  const url = await serve(context, (request, response) => {
    if (request.url === '/silent') return;
    const send = (): void => {
      if (!response.destroyed) response.write(Buffer.alloc(65_536), () => setImmediate(send));
    };
    send();
  });
  const path = join(await temporaryFolder(context), 'dump.zip');
  const endless = downloadDump({ url: `${url}/endless`, path, maxBytes: 1 << 20 });
  await assert.rejects(endless, { code: 'ADVISORIES_UNAVAILABLE', message: /more than 1048576 bytes/ });
  const silent = downloadDump({ url: `${url}/silent`, path: `${path}.2`, idleMs: 20 });
  await assert.rejects(silent, { code: 'ADVISORIES_UNAVAILABLE', message: /nothing came for too long/ });
  const signal = AbortSignal.abort();
  await assert.rejects(downloadDump({ url: `${url}/silent`, path: `${path}.3`, signal }), { code: 'CANCELLED' });
});

test('downloadDump() takes a password from .netrc, for where the dump is from alone', async (context) => {
  const told: unknown[] = [];
  const other = await serve(context, (request, response) => {
    told.push(request.headers.authorization);
    response.end(dump);
  });
  const url = await serve(context, (request, response) => {
    told.push(request.headers.authorization);
    response.writeHead(302, { location: `${other}/all.zip` }).end();
  });
  const folder = await temporaryFolder(context);
  const NETRC = join(folder, 'netrc');
  await writeFile(NETRC, 'machine 127.0.0.1 login ann password p@ss\n');
  await downloadDump({ url: `${url}/latest`, path: join(folder, 'one.zip'), env: { NETRC } });
  assert.deepEqual(told.splice(0), [`Basic ${Buffer.from('ann:p@ss').toString('base64')}`, undefined]);
  await downloadDump({ url: `${url}/latest`, path: join(folder, 'two.zip'), env: { NETRC: '/dev/null' } });
  assert.deepEqual(told, [undefined, undefined], 'the control');
});

test('downloadDump() goes out by the proxy of the machine, and on the machine itself by none', async (context) => {
  const server = createServer((_, response) => response.end(dump));
  const asked: (string | undefined)[] = [];
  server.on('connect', (request, socket) => {
    asked.push(request.url);
    socket.end('HTTP/1.1 502 no\r\n\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close());
  const proxy = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const folder = await temporaryFolder(context);
  const env = { HTTPS_PROXY: proxy, HTTP_PROXY: 'http://127.0.0.1:1', BELLJAR_PYTHON: '/nonexistent' };
  const outside = downloadDump({ url: 'https://advisories.invalid/all.zip', path: join(folder, 'one.zip'), env });
  await assert.rejects(outside, { code: 'ADVISORIES_UNAVAILABLE' });
  assert.deepEqual(asked, ['advisories.invalid:443']);
  const download = await downloadDump({ url: `${proxy}/all.zip`, path: join(folder, 'two.zip'), env });
  assert.equal(download.kind, 'written');
});

test('downloadDump() trusts the certificates that packages are fetched with', async (context) => {
  const folder = await temporaryFolder(context);
  const { key, cert } = makeCertificate(['localhost']);
  const server = createSecureServer({ key, cert }, (_, response) => response.end(dump)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close());
  const url = `https://localhost:${(server.address() as AddressInfo).port}/all.zip`;
  const PIP_CERT = join(folder, 'own.pem');
  await writeFile(PIP_CERT, cert);
  const untrusting = downloadDump({ url, path: join(folder, 'one.zip'), env: { BELLJAR_PYTHON: '/nonexistent' } });
  await assert.rejects(untrusting, { code: 'ADVISORIES_UNAVAILABLE', message: /certificate/ });
  assert.equal((await downloadDump({ url, path: join(folder, 'two.zip'), env: { PIP_CERT } })).kind, 'written');
  const missing = downloadDump({ url, path: join(folder, 'three.zip'), env: { PIP_CERT: join(folder, 'no.pem') } });
  await assert.rejects(missing, { code: 'INPUT_UNREADABLE', message: /no\.pem/ });
});

test('configuredSource() takes the environment before the policy, and https only', () => {
  const env = { BELLJAR_ADVISORIES_URL: 'https://one.invalid/all.zip' };
  assert.equal(configuredSource(env, 'https://two.invalid/all.zip'), env.BELLJAR_ADVISORIES_URL);
  assert.equal(configuredSource({ BELLJAR_ADVISORIES_URL: '' }, 'https://two.invalid/'), 'https://two.invalid/');
  assert.equal(configuredSource({}), undefined);
  for (const url of ['http://one.invalid/', 'file:///x', 'all.zip', 'http://127.0.0.1.evil.invalid/']) {
    assert.throws(() => configuredSource({ BELLJAR_ADVISORIES_URL: url }), { code: 'USAGE' }, url);
  }
  assert.throws(() => requireSource(undefined), { code: 'ADVISORIES_UNAVAILABLE', hint: /BELLJAR_ADVISORIES_URL/ });
});
