import assert from 'node:assert/strict';
import { it } from 'node:test';

import { jsonType } from './index-pages.ts';
import { PackageIndex } from './package-index.ts';
import { makeWheel } from './wheels.ts';

it('PackageIndex serves pages in both forms, files, ranges and metadata', async () => {
  await using index = await PackageIndex.open();
  const wheel = makeWheel({ name: 'Good.Name', requires: ['other'] });
  index.add('Good.Name', wheel);
  const html = await (await fetch(`${index.url}good-name/`)).text();
  assert.match(html, new RegExp(`href="../../files/${wheel.filename}#sha256=${wheel.sha256}"`));
  const response = await fetch(`${index.url}good-name/`, { headers: { accept: jsonType } });
  const page = (await response.json()) as { files: [{ url: string; size: number }] };
  assert.equal(page.files[0].size, wheel.bytes.length);
  const url = page.files[0].url;
  assert.deepEqual(Buffer.from(await (await fetch(url)).arrayBuffer()), wheel.bytes);
  const part = await fetch(url, { headers: { range: 'bytes=-4' } });
  assert.equal(part.status, 206);
  assert.deepEqual(Buffer.from(await part.arrayBuffer()), wheel.bytes.subarray(-4));
  assert.match(await (await fetch(`${url}.metadata`)).text(), /Requires-Dist: other/);
  const again = await fetch(`${index.url}good-name/`, {
    headers: { accept: jsonType, 'if-none-match': response.headers.get('etag') ?? '' },
  });
  assert.equal(again.status, 304);
  assert.equal((await fetch(`${index.url}nothing/`)).status, 404);
  assert.equal(index.countRequests('/simple/good-name/'), 3);
});

it('PackageIndex misbehaves as it is told, and stops when told', async () => {
  await using index = await PackageIndex.open();
  const wheel = makeWheel({ name: 'good' });
  index.add('good', wheel);
  const [page, file] = [`${index.url}good/`, `${index.origin}/files/${wheel.filename}`];
  index.misbehave('/simple/good/', { kind: 'status', status: 500, once: true });
  assert.equal((await fetch(page)).status, 500);
  assert.equal((await fetch(page)).status, 200);
  index.misbehave(`/files/${wheel.filename}`, { kind: 'truncated', afterBytes: 10 });
  await assert.rejects(async () => (await fetch(file)).arrayBuffer());
  index.misbehave(`/files/${wheel.filename}`, { kind: 'swapped' });
  assert.notDeepEqual(Buffer.from(await (await fetch(file)).arrayBuffer()), wheel.bytes);
  index.misbehave('*', { kind: 'redirect' });
  await assert.rejects(fetch(page));
  index.behave('*');
  index.kill();
  await assert.rejects(fetch(page));
  index.revive();
  assert.equal((await fetch(page)).status, 200);
});

it('PackageIndex wants its credentials', async () => {
  await using index = await PackageIndex.open({ credentials: 'me:secret', format: 'html' });
  assert.equal((await fetch(index.url)).status, 401);
});
