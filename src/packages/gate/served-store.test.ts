import assert from 'node:assert/strict';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { makeBody } from './ready-body.ts';
import type { ServedPage } from './served-page.ts';
import { ServedStore } from './served-store.ts';

function pageOf(text: string, validUntilMs = 5000): ServedPage {
  const notes = [{ version: '1.0', verdict: 'deny', reasons: [{ rule: 'r', message: '„nein“' }] }] as const;
  return { body: makeBody(text, { type: 'text/html', grounds: 'g' }), notes, isEmpty: false, validUntilMs };
}

describe('ServedStore', () => {
  it('gives back what was kept, as long as it was made of the same', async (context) => {
    const folder = join(await temporaryFolder(context), 'ready');
    for (const validUntilMs of [5000, Number.POSITIVE_INFINITY]) {
      const page = pageOf('<p>äöü</p>', validUntilMs);
      await new ServedStore({ folder, maxBytes: 1e6 }).write(['acme', 'strict'], page, 'one');
      const store = new ServedStore({ folder, maxBytes: 1e6 });
      assert.deepEqual(await store.read(['acme', 'strict'], 'one'), page);
      assert.equal(await store.read(['acme', 'strict'], 'two'), undefined);
      assert.equal(await store.read(['acme', 'plan'], 'one'), undefined);
    }
  });

  it('takes nothing that is damaged', async (context) => {
    const folder = await temporaryFolder(context);
    const store = new ServedStore({ folder, maxBytes: 1e6 });
    await store.write(['acme'], pageOf('<p>good</p>'), 'one');
    const [file = ''] = await readdir(folder);
    const sound = await readFile(join(folder, file), 'utf8');
    for (const damaged of ['', sound.slice(0, -1), sound.replace('>good<', '>evil<'), '{}\n', 'no line']) {
      await writeFile(join(folder, file), damaged);
      assert.equal(await store.read(['acme'], 'one'), undefined, damaged);
    }
    await writeFile(join(folder, file), sound);
    assert.notEqual(await store.read(['acme'], 'one'), undefined); // the control
  });

  it('keeps no more than it may, the newest', async (context) => {
    const folder = await temporaryFolder(context);
    const store = new ServedStore({ folder, maxBytes: 20_000 });
    for (let number = 0; number < 20; number++) await store.write([String(number)], pageOf('x'.repeat(3000)), 'one');
    const files = await readdir(folder);
    assert.ok(files.length >= 3 && files.length <= 8, String(files.length));
    assert.notEqual(await store.read(['19'], 'one'), undefined);
    assert.equal(await store.read(['0'], 'one'), undefined);
  });

  it('does without a disk', async (context) => {
    const file = join(await temporaryFolder(context), 'file');
    await writeFile(file, '');
    const store = new ServedStore({ folder: join(file, 'ready'), maxBytes: 1e6 });
    await store.write(['acme'], pageOf('<p>good</p>'), 'one');
    assert.equal(await store.read(['acme'], 'one'), undefined);
    await rm(file);
    await store.write(['acme'], pageOf('<p>good</p>'), 'one');
    assert.notEqual(await store.read(['acme'], 'one'), undefined, 'and keeps again once there is one');
  });
});
