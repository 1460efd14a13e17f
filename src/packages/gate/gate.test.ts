import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';

import { json, type ListedJson, TestGate } from '../../../test/gate/test-gate.ts';

const wheel = 'acme-1.0-py3-none-any.whl';
const projects = { acme: { files: [{ filename: wheel, requiresPython: '>=3.9' }] } };

test('a gate answers each path, method and form as the simple API says', async (context) => {
  const gate = await TestGate.open(context, { projects });
  const { ask, path } = gate.client();
  const cases: [string, Record<string, string>, number, Record<string, string>][] = [
    ['GET /simple/acme/', {}, 200, { 'content-type': 'text/html; charset=utf-8', vary: 'Accept, Accept-Encoding' }],
    ['GET /simple/acme/', { accept: json }, 200, { 'content-type': json }],
    ['HEAD /simple/acme/', { accept: json }, 200, { 'content-type': json }],
    ['GET /simple/acme/', { accept: `${json};q=0.1, text/html` }, 200, { 'content-type': 'text/html; charset=utf-8' }],
    ['GET /simple/acme/', { accept: 'image/png' }, 406, { vary: 'Accept, Accept-Encoding' }],
    ['GET /simple/acme', {}, 301, { location: `${path}/simple/acme/` }],
    ['GET /simple/Acme/', {}, 301, { location: `${path}/simple/acme/` }],
    ['GET /simple/ACME', {}, 301, { location: `${path}/simple/acme/` }],
    ['GET /simple', {}, 301, { location: `${path}/simple/` }],
    ['GET /simple/', {}, 200, { 'content-type': 'text/html; charset=utf-8' }],
    ['GET /simple/', { accept: json }, 200, { 'content-type': json }],
    ['GET /simple/', { accept: 'image/png' }, 406, {}],
    ['GET /simple/unknown/', {}, 404, {}],
    ['GET /', {}, 200, {}],
    ['GET /elsewhere', {}, 404, {}],
    ['GET /simple/acme/more', {}, 404, {}],
    ['POST /simple/acme/', {}, 405, { allow: 'GET, HEAD' }],
    ['DELETE /simple/acme/', {}, 405, { allow: 'GET, HEAD' }],
  ];
  for (const [line, headers, status, expected] of cases) {
    const [method = '', target = ''] = line.split(' ');
    const answer = await ask(target, headers, method);
    const told = Object.fromEntries(Object.keys(expected).map((name) => [name, answer.headers[name]]));
    assert.deepEqual([answer.status, told], [status, expected], `${line} ${JSON.stringify(headers)}`);
    if (method === 'HEAD') {
      assert.equal(answer.bytes.length, 0);
      assert.ok(Number(answer.headers['content-length']) > 100);
    }
  }
});

test('a page lists what is allowed, alike in JSON and HTML, and no address of upstream', async (context) => {
  const reason = 'broken <b>"build"</b>';
  const gate = await TestGate.open(context, {
    policy: 'packages: {yanked: allow, deny: ["acme<1"]}',
    projects: {
      acme: {
        status: 'archived',
        statusReason: 'no more & never',
        files: [
          { filename: 'acme-0.9-py3-none-any.whl' },
          { filename: wheel, requiresPython: '>=3.9', coreMetadata: { sha256: 'ab'.repeat(32) } },
          { filename: 'acme-1.1-py3-none-any.whl', yanked: true, yankedReason: reason },
          { filename: 'acme-1.2.tar.gz' },
          { filename: 'other-1.2-py3-none-any.whl' },
          { filename: 'acme-1.3-py3-none-any.whl', sha256: undefined },
        ],
      },
    },
  });
  const { ask } = gate.client('plan');
  const page = JSON.parse((await ask('/simple/acme/', { accept: json })).text) as Record<string, unknown> & {
    files: ListedJson[];
  };
  assert.deepEqual(page['meta'], { 'api-version': '1.4' });
  assert.deepEqual([page['name'], page['versions']], ['acme', ['1.0', '1.1']]);
  assert.deepEqual(page['project-status'], { status: 'archived', reason: 'no more & never' });
  const [first, second] = page.files;
  assert.deepEqual(first, {
    filename: wheel,
    url: `../../files/${first?.hashes.sha256}/${wheel}`,
    hashes: first?.hashes,
    'requires-python': '>=3.9',
    size: 36,
    'upload-time': '2026-01-01T00:00:00Z',
    yanked: false,
    'core-metadata': { sha256: 'ab'.repeat(32) },
    'dist-info-metadata': { sha256: 'ab'.repeat(32) },
  });
  assert.deepEqual([second?.['yanked'], second?.['core-metadata']], [reason, true]);
  const html = (await ask('/simple/acme/')).text;
  const links = [...html.matchAll(/<a href="([^"#]+)#sha256=[0-9a-f]{64}"([^>]*)>([^<]+)<\/a>/g)];
  assert.deepEqual(
    links.map(([, href, , name]) => [href, name]),
    page.files.map(({ url, filename }) => [url, filename]),
  );
  assert.match(html, /<meta name="pypi:project-status-reason" content="no more &amp; never">/);
  assert.match(html, /data-requires-python="&gt;=3.9" data-core-metadata="sha256=abab/);
  assert.match(html, /data-yanked="broken &lt;b&gt;&quot;build&quot;&lt;\/b&gt;"/);
  assert.doesNotMatch(html + JSON.stringify(page), /upstream|secret/);
});

test('a page of which a size is not known is of the version that needs none', async (context) => {
  const gate = await TestGate.open(context, {
    projects: { acme: { files: [{ filename: wheel, sizeBytes: undefined }] } },
  });
  const { ask } = gate.client();
  const { text } = await ask('/simple/acme/', { accept: json });
  assert.deepEqual((JSON.parse(text) as { meta: unknown }).meta, { 'api-version': '1.0' });
});

test('an ETag holds as long as the page, the policy and the advisories do, per form and encoding', async (context) => {
  const gate = await TestGate.open(context, { projects });
  const { ask } = gate.client();
  const etagOf = async (headers: Record<string, string> = {}): Promise<string> =>
    (await ask('/simple/acme/', headers)).headers['etag'] ?? '';
  const etags = [await etagOf(), await etagOf({ accept: json })];
  assert.equal(await etagOf(), etags[0]);
  const again = await ask('/simple/acme/', { 'if-none-match': `"x", W/${etags[0]}` });
  assert.deepEqual([again.status, again.bytes.length, again.headers['etag']], [304, 0, etags[0]]);
  assert.equal(again.headers['vary'], 'Accept, Accept-Encoding');
  gate.policyHash = 'second';
  etags.push(await etagOf());
  gate.advisories = { ...gate.advisories, digest: 'newer' };
  etags.push(await etagOf());
  gate.upstream.projects.set('acme', { files: [{ filename: 'acme-2.0-py3-none-any.whl' }] });
  etags.push(await etagOf());
  etags.push((await gate.client('plan').ask('/simple/acme/')).headers['etag'] ?? '');
  assert.equal(new Set(etags).size, etags.length, etags.join(' '));
  assert.equal((await ask('/simple/acme/', { 'if-none-match': etags[0] ?? '' })).status, 200);
});

test('a page is compressed for those who take it, under an ETag of its own', async (context) => {
  const files = Array.from({ length: 30 }, (_, minor) => ({ filename: `acme-1.${minor}-py3-none-any.whl` }));
  const gate = await TestGate.open(context, { projects: { acme: { files } } });
  const { ask } = gate.client();
  const plain = await ask('/simple/acme/', { accept: json });
  const packed = await ask('/simple/acme/', { accept: json, 'accept-encoding': 'br, gzip' });
  assert.deepEqual([plain.headers['content-encoding'], packed.headers['content-encoding']], [undefined, 'gzip']);
  assert.deepEqual(gunzipSync(packed.bytes), plain.bytes);
  assert.notEqual(packed.headers['etag'], plain.headers['etag']);
  const refused = await ask('/simple/acme/', { accept: json, 'accept-encoding': 'gzip;q=0, *' });
  assert.equal(refused.headers['content-encoding'], undefined);
});

test('only those who have a token are answered, by address or as a password', async (context) => {
  const gate = await TestGate.open(context, { projects });
  const { path } = gate.client();
  const token = path.slice('/t/'.length);
  const basic = (text: string): Record<string, string> => ({
    authorization: `Basic ${Buffer.from(text).toString('base64')}`,
  });
  const statusOf = async (target: string, headers = {}): Promise<number> => (await gate.ask(target, headers)).status;
  assert.equal(await statusOf(`${path}/simple/acme/`), 200);
  assert.equal(await statusOf('/simple/acme/', basic(`anybody:${token}`)), 200);
  assert.equal(await statusOf('/simple/acme/', basic(`${token}:`)), 200);
  assert.equal(await statusOf('/simple/acme/', basic('anybody:wrong')), 401);
  assert.equal(await statusOf('/t/wrong/simple/acme/', basic(`anybody:${token}`)), 403);
  const stranger = await gate.ask('/simple/acme/');
  assert.deepEqual([stranger.status, stranger.headers['www-authenticate']?.slice(0, 5)], [401, 'Basic']);
  const dismissed = gate.gate.admit({ id: 'guest', view: 'strict' });
  assert.equal(await statusOf(`${dismissed.path}/simple/acme/`), 200);
  dismissed.dismiss();
  assert.equal(await statusOf(`${dismissed.path}/simple/acme/`), 403);
});

test('a request for another host is answered by nobody', async (context) => {
  const gate = await TestGate.open(context, { projects, more: { hosts: ['gate.test'] } });
  const { ask } = gate.client();
  const statusOf = async (host: string): Promise<number> => (await ask('/simple/acme/', { host })).status;
  assert.equal(await statusOf(`localhost:${gate.port}`), 200);
  assert.equal(await statusOf('gate.test'), 200);
  assert.equal(await statusOf('evil.test'), 421);
  assert.equal(await statusOf(`evil.test:${gate.port}`), 421);
  assert.equal(await statusOf(`127.0.0.1:${gate.port + 1}`), 421);
});

test('hostile paths lead nowhere', async (context) => {
  const gate = await TestGate.open(context, { projects });
  const { ask, files } = gate.client();
  const [file] = await files('acme');
  const sha = file?.hashes.sha256 ?? '';
  assert.equal((await ask(`/files/${sha}/${wheel}`)).status, 200);
  const targets = [
    '/simple/..%2facme/',
    '/simple/%2e%2e/',
    '/simple/../simple/acme/',
    '/simple/acme%00/',
    '/simple/acme%0d%0aset-cookie:x/',
    '/simple/%ff/',
    '/simple/%/',
    '/simple/аcme/'.replace('а', '%D0%B0'),
    `/simple/${'a'.repeat(3000)}/`,
    '//simple/acme/',
    '/simple//acme/',
    `/files/${sha}/..%2f${wheel}`,
    `/files/${sha}/other-1.0-py3-none-any.whl`,
    `/files/${sha.toUpperCase()}/${wheel}`,
    `/files/${'0'.repeat(64)}/${wheel}`,
    `/files/${sha}/${wheel}/`,
    `/files/${sha}/`,
    `/files/${sha}/.metadata`,
    '/files/../../etc/passwd',
    '/lock/x/simple/acme/',
    `/lock/${'0'.repeat(64)}/simple/acme/`,
    '/t/other/simple/acme/',
  ];
  for (const target of targets) assert.equal((await ask(target)).status, 404, target);
  const whole = await gate.ask(`http://127.0.0.1:${gate.port}/simple/acme/`);
  assert.equal(whole.status, 404);
});

test('upstream that is down is said, and so is a page that could not be refreshed', async (context) => {
  const gate = await TestGate.open(context, { projects: { acme: { ...projects.acme, isStale: true } } });
  const { ask } = gate.client();
  const stale = await ask('/simple/acme/');
  assert.deepEqual([stale.status, stale.headers['warning']?.slice(0, 3)], [200, '110']);
  const { BelljarError } = await import('../../errors.ts');
  gate.upstream.failure = new BelljarError('INDEX_UNAVAILABLE', 'no answer from http://index.test/x');
  const failed = await ask('/simple/acme/');
  assert.deepEqual([failed.status, failed.text], [502, 'no answer from … [INDEX_UNAVAILABLE]\n']);
  assert.match((await ask('/refusals')).text, /no answer from … \[INDEX_UNAVAILABLE\] \[index\.unavailable\]/);
});

test('a gate opens nothing ahead for a connection that sends requests ahead', async (context) => {
  const held = Promise.withResolvers<undefined>();
  const gate = await TestGate.open(context, { projects });
  const findPage = gate.upstream.findPage.bind(gate.upstream);
  const asked: string[] = [];
  gate.upstream.findPage = async (name) => {
    asked.push(name);
    if (name === 'first') await held.promise;
    return findPage(name);
  };
  const { path } = gate.client();
  const socket = connect(gate.port, '127.0.0.1');
  context.after(() => socket.destroy());
  const requests = ['first', 'acme'].map((name) => {
    return `GET ${path}/simple/${name}/ HTTP/1.1\r\nHost: 127.0.0.1:${gate.port}\r\n\r\n`;
  });
  socket.write(requests.join(''));
  // Another connection is answered meanwhile, which shows that the first had its time.
  assert.equal((await gate.client().ask('/simple/acme/')).status, 200);
  assert.deepEqual(asked, ['first', 'acme'], 'the second is of the other connection');
  held.resolve(undefined);
  let text = '';
  for await (const chunk of socket) {
    text += String(chunk);
    if (/404[^]*HTTP\/1\.1 200/.test(text)) break;
  }
  assert.deepEqual(asked.slice(0, 2), ['first', 'acme']);
});

test('a gate ends a connection that asks for hundreds of things before it reads one', async (context) => {
  const gate = await TestGate.open(context, { projects });
  const { path } = gate.client();
  const socket = connect(gate.port, '127.0.0.1');
  context.after(() => socket.destroy());
  const request = `GET ${path}/simple/acme/ HTTP/1.1\r\nHost: 127.0.0.1:${gate.port}\r\n\r\n`;
  socket.write(request.repeat(400));
  socket.on('error', () => undefined);
  socket.resume();
  await once(socket, 'close');
  assert.equal((await gate.client().ask('/simple/acme/')).status, 200);
});
