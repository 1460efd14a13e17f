import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MemoryUpstream } from '../../../test/gate/memory-upstream.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { noon, policyOf } from '../../../test/policy/good-facts.ts';
import type { ProjectPage } from '../upstream/index.ts';
import type { Grounds } from './grounds.ts';
import { ReadyPages } from './ready-pages.ts';
import type { ServedPage } from './served-page.ts';
import { ServedStore } from './served-store.ts';

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

function openPages(maxBytes = 1e6, store?: ServedStore): ReadyPages {
  return new ReadyPages({ maxBytes, findMetadataHash: () => undefined, store });
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

/** Keeps what it is given, and counts what was found. */
class CountingStore extends ServedStore {
  found = 0;
  readonly written: Promise<void>[] = [];

  override async read(...question: Parameters<ServedStore['read']>): Promise<ServedPage | undefined> {
    const page = await super.read(...question);
    if (page !== undefined) this.found += 1;
    return page;
  }

  override write(...page: Parameters<ServedStore['write']>): Promise<void> {
    const writing = super.write(...page);
    this.written.push(writing);
    return writing;
  }
}

test('ReadyPages sends after a restart what was ready before, and nothing that has changed since', async (context) => {
  const folder = await temporaryFolder(context);
  const page = await pageOf('acme');
  const later = { ...grounds, now: new Date('2026-06-17T00:00:00Z') };
  const serve = async (by: Grounds, known?: string): Promise<[ServedPage, number]> => {
    const store = new CountingStore({ folder, maxBytes: 1e6 });
    const pages = openPages(1e6, store);
    if (known !== undefined) pages.forget(known);
    const served = await pages.serve(page, strict, { grounds: by, form: 'json', isCompressed: false });
    await Promise.all(store.written);
    return [served, store.found];
  };
  const [first] = await serve(grounds);
  assert.deepEqual([first.isEmpty, first.notes.length], [true, 1]);
  assert.deepEqual(await serve(grounds), [first, 1]);
  assert.equal((await serve(grounds, 'acme'))[1], 0); // more is known of it than is kept
  const [grown, found] = await serve(later);
  assert.deepEqual([grown.isEmpty, found], [false, 1]); // found, and too old
  assert.equal((await serve({ ...later, policyHash: 'second' }))[1], 0);
});
