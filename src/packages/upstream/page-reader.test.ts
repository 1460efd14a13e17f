import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';

import { BelljarError } from '../../errors.ts';
import { decodeKeptPage } from './kept-page.ts';
import { PageProblem } from './page-content.ts';
import { PageReader } from './page-reader.ts';
import type { PageToRead } from './read-page.ts';

const never = new AbortController().signal;

function pageOf(text: string): PageToRead {
  return {
    body: Buffer.from(text),
    name: 'good',
    index: 'default',
    url: 'https://index.test/simple/good/',
    digest: 'd',
  };
}

function htmlOf(count: number): string {
  const lines = Array.from({ length: count }, (_, index) => `<a href="/files/good-${index}.0.tar.gz">x</a>`);
  return `<!DOCTYPE html>${lines.join('\n')}`;
}

function readerOf(context: TestContext, maxInlineBytes: number): PageReader {
  const reader = new PageReader({ maxInlineBytes, threads: 1 });
  context.after(() => reader.close());
  return reader;
}

describe('PageReader', () => {
  it('reads the same in a thread as at once', async (context) => {
    const page = pageOf(htmlOf(2000));
    const inline = await readerOf(context, page.body.length).read(page, never);
    const threaded = await readerOf(context, 0).read(page, never);
    assert.ok(inline.equals(threaded));
    const kept = decodeKeptPage(threaded, { name: 'good', index: 'default' });
    assert.equal(kept?.files.all.length, 2000);
    assert.deepEqual(kept.hosts, ['index.test']);
    assert.equal(page.body.toString('utf8', 0, 9), '<!DOCTYPE'); // it is still whose it was
  });

  it('refuses in a thread what it refuses at once, and reads on after that', async (context) => {
    for (const maxInlineBytes of [0, 1000]) {
      const reader = readerOf(context, maxInlineBytes);
      const isProblem = (error: unknown): boolean => error instanceof PageProblem && /neither/.test(error.message);
      await assert.rejects(reader.read(pageOf('Sorry'), never), isProblem);
      assert.ok((await reader.read(pageOf(htmlOf(1)), never)).length > 0);
    }
  });

  it('lets whoever waits give up, and reads for the others', async (context) => {
    const reader = readerOf(context, 0);
    const controller = new AbortController();
    const isCancelled = (error: unknown): boolean => error instanceof BelljarError && error.code === 'CANCELLED';
    const pages = [htmlOf(1), htmlOf(2), htmlOf(3)].map(pageOf);
    const given = pages.map((page) => assert.rejects(reader.read(page, controller.signal), isCancelled));
    const waited = reader.read(pageOf(htmlOf(4)), never);
    controller.abort();
    await Promise.all(given);
    assert.equal(decodeKeptPage(await waited, { name: 'good', index: 'default' })?.files.all.length, 4);
  });

  it('reads again after its threads were ended', async (context) => {
    const reader = readerOf(context, 0);
    await reader.read(pageOf(htmlOf(1)), never);
    await reader.close();
    assert.ok((await reader.read(pageOf(htmlOf(1)), never)).length > 0);
  });
});
