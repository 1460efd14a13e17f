import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MemoryUpstream } from '../../../test/gate/memory-upstream.ts';
import { noon, policyOf } from '../../../test/policy/good-facts.ts';
import type { ProjectPage } from '../upstream/index.ts';
import type { Grounds } from './grounds.ts';
import { ReadyPages } from './ready-pages.ts';

const strict = { name: 'strict' } as const;
const grounds: Grounds = {
  policy: policyOf(),
  policyHash: 'first',
  advisories: { asOf: noon.toISOString(), find: () => [] },
  now: noon,
};

async function pageOf(name: string): Promise<ProjectPage> {
  const files = [{ filename: `${name}-1.0-py3-none-any.whl`, uploadTime: '2026-06-10T00:00:00Z' }];
  const page = await new MemoryUpstream('/nowhere', { [name]: { files } }).findPage(name);
  assert.ok(page !== undefined);
  return page;
}

function openPages(maxBytes = 1e6): ReadyPages {
  return new ReadyPages({ maxBytes, findMetadataHash: () => undefined });
}

test('ReadyPages makes a page once, and anew when something that it depends on has changed', async () => {
  const pages = openPages();
  const page = await pageOf('acme');
  const first = await pages.find(page, strict, grounds);
  assert.equal(await pages.find(page, strict, { ...grounds, now: new Date(noon.getTime() + 1000) }), first);
  assert.equal(await pages.judge(page, grounds), await pages.judge(page, grounds));
  assert.notEqual(await pages.find(page, strict, { ...grounds, policyHash: 'second' }), first);
  const again = await pages.find(page, strict, grounds);
  assert.notEqual(again, first);
  pages.forget('acme');
  assert.notEqual(await pages.find(page, strict, grounds), again);
});

test('ReadyPages judges a page again when a file of it has grown old enough', async () => {
  const pages = openPages();
  const page = await pageOf('acme');
  assert.equal((await pages.find(page, strict, grounds)).listed.size, 0);
  const later = { ...grounds, now: new Date('2026-06-17T00:00:00Z') };
  assert.equal((await pages.find(page, strict, later)).listed.size, 1);
});

test('ReadyPages lets go of what was not asked for longest', async () => {
  const pages = openPages(1500);
  for (const name of ['one', 'two', 'three', 'four']) await pages.find(await pageOf(name), strict, grounds);
  await pages.find(await pageOf('two'), strict, grounds);
  await pages.find(await pageOf('five'), strict, grounds);
  const names = pages.names(strict);
  assert.ok(names.includes('five') && !names.includes('one') && names.length <= 4, names.join(' '));
  assert.deepEqual(pages.names({ name: 'plan' }), []);
});
