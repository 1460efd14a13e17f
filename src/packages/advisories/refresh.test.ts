import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { osvRecord, writeDump, zipOf } from '../../../test/advisories/dumps.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import type { Draft, Entry } from '../../record/index.ts';
import { openDatabase } from '../../storage/index.ts';
import { openAdvisories } from './advisories.ts';
import { refreshAdvisories } from './refresh.ts';

/** A record that says what is put on it. */
class TestRecord extends EventEmitter {
  async append(draft: Draft): Promise<Entry> {
    this.emit(draft.action, draft);
    return draft as Entry;
  }

  async appendWithin(_: unknown, draft: Draft): Promise<Entry[]> {
    return [await this.append(draft)];
  }

  async next(action: string): Promise<Draft> {
    const [draft] = (await once(this, action)) as [Draft];
    return draft;
  }
}

async function open(context: TestContext, path?: string) {
  const record = new TestRecord();
  const place = path ?? join(await temporaryFolder(context), 'a.sqlite');
  const database = await openDatabase({ path: place });
  context.after(() => database.close());
  return { record, path: place, advisories: await openAdvisories(database, { record }) };
}

test('refreshAdvisories() says when it cannot, goes on, and says when it can again', async (context) => {
  let isUp = false;
  let failures = 0;
  const server = createServer((_, response) => {
    if (isUp) response.end(zipOf([osvRecord('A-1')]));
    else if (++failures < 3) response.writeHead(503).end();
    else {
      isUp = true;
      response.writeHead(503).end();
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/all.zip`;
  const { record, advisories } = await open(context);
  await advisories.import(await writeDump(context, [osvRecord('A-0')]), { force: true });
  const controller = new AbortController();
  let told = 0;
  record.on('advisories.update-failed', () => told++);
  const failed = record.next('advisories.update-failed');
  const updated = record.next('advisories.updated');
  const recovered = record.next('advisories.update-recovered');
  const notices: string[] = [];
  let rounds = 0;
  const refreshing = refreshAdvisories({
    ...{ advisories, url, everyMs: 5, record, signal: controller.signal },
    onNotice: ({ kind }) => void notices.push(kind),
    afterwards: () => Promise.resolve(rounds++),
  });
  const { subject, details } = await failed;
  assert.deepEqual([subject, details?.['code']], [url, 'ADVISORIES_UNAVAILABLE']);
  assert.equal(details?.['asOf'], '2025-01-01T00:00:00.000Z');
  assert.equal((await updated).subject, url);
  await recovered;
  assert.equal(advisories.current.find('flask', '0.1').length, 1);
  controller.abort();
  await refreshing;
  assert.equal(told, 1, 'a failure that lasts is told once');
  assert.deepEqual(notices, ['failed', 'recovered']);
  assert.ok(rounds >= 4, 'also where nothing came');
  server.closeAllConnections();
});

test('refreshAdvisories() without a source takes over what others import', async (context) => {
  const { advisories, record, path } = await open(context);
  const other = await open(context, path);
  const controller = new AbortController();
  const changed = new Promise((resolve) => advisories.onChange(resolve));
  const { signal } = controller;
  const refreshing = refreshAdvisories({ advisories, url: undefined, everyMs: 5, record, signal });
  await other.advisories.import(await writeDump(context, [osvRecord('A-1')]), { force: true });
  await changed;
  assert.equal(advisories.current.digest, other.advisories.current.digest);
  controller.abort();
  await refreshing;
});
