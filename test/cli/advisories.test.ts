import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';

import { affectedBy, osvRecord, writeDump, zipOf } from '../advisories/dumps.ts';
import { TestCli } from '../support/cli.ts';

const today = new Date().toISOString();

test('advisories status tells what ships and that it is old, and makes no home', async () => {
  using cli = new TestCli();
  const { code, stdout } = await cli.run(['advisories', 'status']);
  assert.equal(code, 1);
  assert.match(stdout, /2,651 advisories on 660 packages, from what came with Belljar/);
  assert.match(stdout, /as of {5}2024-10-10T/);
  assert.match(stdout, /STALE/);
  assert.equal(existsSync(cli.home), false);
});

test('advisories import takes a dump, tells what it left out, and puts it on the record', async (context) => {
  using cli = new TestCli();
  const records = [
    osvRecord('A-1', { modified: today }),
    osvRecord('A-2', { withdrawn: today }),
    osvRecord('A-3', { affected: [affectedBy('not a name', '1')] }),
  ];
  const path = await writeDump(context, records);
  const refused = await cli.run(['advisories', 'import', path]);
  assert.deepEqual([refused.code, /less than half of the 2651 here/.test(refused.stderr)], [65, true]);
  const { code, stdout } = await cli.run(['advisories', 'import', path, '--force']);
  assert.equal(code, 0);
  assert.match(stdout, /Imported dump\.zip/);
  assert.match(stdout, /1 withdrawn, 0 not of PyPI/);
  assert.match(stdout, /A-3\.json: A-3: “not a name” is not the name of a project/);
  const again = await cli.run(['advisories', 'import', path, '--json']);
  assert.equal((JSON.parse(again.stdout) as { isChanged: boolean }).isChanged, false);
  const status = await cli.run(['advisories', 'status', '--json']);
  assert.equal(status.code, 0);
  const document = JSON.parse(status.stdout) as Record<string, unknown>;
  assert.deepEqual([document['advisories'], document['isStale'], document['source']], [1, false, 'dump.zip']);
  const entry = (await cli.entries()).find(({ action }) => action === 'advisories.updated');
  assert.equal((entry?.['actor'] as { role: string }).role, 'operator');
});

test('advisories import refuses what is no dump, and says what to give it', async () => {
  using cli = new TestCli();
  const nothing = await cli.run(['advisories', 'import']);
  assert.deepEqual([nothing.code, /name the dump/.test(nothing.stderr)], [2, true]);
  assert.equal((await cli.run(['advisories', 'import', '/nowhere.zip'])).code, 66);
  const wrong = await cli.run(['advisories', 'import', 'package.json']);
  assert.deepEqual([wrong.code, /no ZIP file/.test(wrong.stderr)], [65, true]);
  const plain = await cli.run(['advisories', 'import', 'http://mirror.invalid/all.zip']);
  assert.deepEqual([plain.code, /not an https address/.test(plain.stderr)], [2, true]);
});

test('advisories update wants a source, and fetches from the one it is told', async (context) => {
  using cli = new TestCli();
  const without = await cli.run(['advisories', 'update'], { env: { BELLJAR_ADVISORIES_URL: '' } });
  assert.equal(without.code, 69);
  assert.match(without.stderr, /BELLJAR_ADVISORIES_URL, or write “advisories: \{url: ADDRESS\}”/);
  const server = createServer((_, response) => response.end(zipOf([osvRecord('A-1', { modified: today })])));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/all.zip`;
  const { code, stdout } = await cli.run(['advisories', 'update', '--force', '--json'], {
    env: { BELLJAR_ADVISORIES_URL: url },
  });
  assert.equal(code, 0);
  const { source, isChanged } = JSON.parse(stdout) as { source: string; isChanged: boolean };
  assert.deepEqual([source, isChanged], [url, true]);
});
