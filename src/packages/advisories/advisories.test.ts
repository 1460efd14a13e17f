import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { affectedBy, osvRecord, realAdvisories, realDump, writeDump } from '../../../test/advisories/dumps.ts';
import { OtherProcess } from '../../../test/storage/other-process.ts';
import { needs } from '../../../test/support/prerequisite.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import type { Draft, Entry } from '../../record/index.ts';
import { openDatabase, sql } from '../../storage/index.ts';
import { type Advisories, openAdvisories, shippedStatus } from './advisories.ts';
import type { AdvisoryChange } from './changes.ts';

const fixture = new URL('../../../test/advisories/import-forever.ts', import.meta.url);

async function open(context: TestContext, options: { maxPages?: number; path?: string } = {}) {
  const path = options.path ?? join(await temporaryFolder(context), 'a.sqlite');
  const database = await openDatabase({ ...options, path });
  context.after(() => database.close());
  const drafts: Draft[] = [];
  const record = {
    appendWithin: async (_: unknown, draft: Draft) => {
      drafts.push(draft);
      return [draft as Entry];
    },
  };
  return { path, database, drafts, advisories: await openAdvisories(database, { record }) };
}

const flask = (id: string, fixed = '1.0') => osvRecord(id, { affected: [affectedBy('flask', fixed)] });
const ids = (advisories: Advisories, name: string, version: string): string[] =>
  advisories.current.find(name, version).map(({ id }) => id);

test('a new installation knows what came with it', async (context) => {
  const { advisories } = await open(context);
  assert.ok(advisories.current.find('jinja2', '2.7').length > 0);
  assert.equal(advisories.current.asOf, '2024-10-10T17:22:00.587Z');
  assert.deepEqual(await advisories.status(), await shippedStatus());
});

test(
  'import() takes the real advisories whole, and the next opening finds them',
  needs(realAdvisories),
  async (context) => {
    const { advisories, path } = await open(context);
    const report = await advisories.import(realDump);
    assert.equal(report.counts?.advisories, 2651);
    assert.equal(report.source, 'osv-pypi-2024-10.zip');
    const again = await open(context, { path });
    assert.equal(again.advisories.current.digest, report.digest);
    const { advisories: count, packages, source, importedAt, ...status } = await again.advisories.status();
    assert.deepEqual([count, packages, source, status.refused], [2651, 660, 'osv-pypi-2024-10.zip', 0]);
    assert.ok(importedAt !== undefined);
  },
);

test('import() puts the new data in the place of the old', async (context) => {
  const { advisories } = await open(context);
  await advisories.import(await writeDump(context, [flask('A-1'), flask('A-2')]), { force: true });
  assert.deepEqual(ids(advisories, 'flask', '0.5'), ['A-1', 'A-2']);
  assert.deepEqual(ids(advisories, 'jinja2', '2.7'), []);
  const withdrawn = { ...flask('A-1'), withdrawn: '2025-01-01T00:00:00Z' };
  await advisories.import(await writeDump(context, [withdrawn, flask('A-2', '0.4'), flask('A-3')]), { force: true });
  assert.deepEqual(ids(advisories, 'flask', '0.5'), ['A-3']);
  assert.deepEqual(ids(advisories, 'flask', '0.3'), ['A-2', 'A-3']);
});

test('import() of what is there changes nothing, and tells nobody', async (context) => {
  const { advisories, drafts } = await open(context);
  const path = await writeDump(context, [flask('A-1')]);
  assert.equal((await advisories.import(path, { force: true })).isChanged, true);
  const changes: AdvisoryChange[] = [];
  advisories.onChange((change) => changes.push(change));
  assert.equal((await advisories.import(path, { force: true })).isChanged, false);
  assert.equal(changes.length, 0);
  assert.equal(drafts.length, 1);
});

test('import() puts on the record what it changed', async (context) => {
  const { advisories, drafts } = await open(context);
  const actor = { id: 'ann', kind: 'user', role: 'operator' } as const;
  const { digest: previousDigest } = advisories.current;
  await advisories.import(await writeDump(context, [flask('A-1')]), { actor, force: true });
  const [draft] = drafts;
  assert.equal(draft?.action, 'advisories.updated');
  assert.deepEqual([draft.actor, draft.subject], [actor, 'dump.zip']);
  assert.equal(draft.details?.['previousDigest'], previousDigest);
  assert.equal(draft.details['digest'], advisories.current.digest);
  assert.equal(draft.details['asOf'], '2025-01-01T00:00:00.000Z');
});

test('import() changes nothing that the record cannot be told of', async (context) => {
  const { database, path, advisories } = await open(context);
  await advisories.import(await writeDump(context, [flask('A-1')]), { force: true });
  const broken = { appendWithin: () => Promise.reject(new Error('the record is full')) };
  const untold = await openAdvisories(database, { record: broken });
  const dump = await writeDump(context, [flask('A-1'), flask('A-2')]);
  await assert.rejects(untold.import(dump, { force: true }), /the record is full/);
  assert.deepEqual(ids((await open(context, { path })).advisories, 'flask', '0.5'), ['A-1']);
  await advisories.import(dump, { force: true });
  assert.deepEqual(ids(advisories, 'flask', '0.5'), ['A-1', 'A-2']);
});

test('findUnjudged() names what changed since it was settled, whichever process asks', async (context) => {
  const { advisories, path } = await open(context);
  const other = (await open(context, { path })).advisories;
  assert.equal(await advisories.findUnjudged(), undefined);
  await advisories.import(await writeDump(context, [flask('A-1')]), { force: true });
  await (await other.findUnjudged())?.settle();
  assert.equal(await advisories.findUnjudged(), undefined);
  const onOthers = ['django', 'jinja2'].map((name) => osvRecord(`B-${name}`, { affected: [affectedBy(name, '1.0')] }));
  await advisories.import(await writeDump(context, [flask('A-1'), ...onOthers.slice(0, 1)]), { force: true });
  await advisories.import(await writeDump(context, [flask('A-1'), ...onOthers]), { force: true });
  const unjudged = await other.findUnjudged();
  assert.deepEqual([...(unjudged?.names ?? [])].sort(), ['django', 'jinja2']);
  assert.equal(other.current.digest, advisories.current.digest);
  await unjudged?.settle();
  assert.equal(await other.findUnjudged(), undefined);
});

test('import() refuses what is less or older than what ships, the first time too', async (context) => {
  const { advisories, drafts } = await open(context);
  const { digest } = advisories.current;
  const fewer = await writeDump(context, [flask('A-1')]);
  const old = Array.from({ length: 2000 }, (_, index) => ({
    ...flask(`A-${index}`),
    modified: '2015-01-01T00:00:00Z',
  }));
  const older = await writeDump(context, old);
  await assert.rejects(advisories.import(fewer), { code: 'ADVISORIES_UNUSABLE', message: /half of the 2651 here/ });
  await assert.rejects(advisories.import(older), { code: 'ADVISORIES_UNUSABLE', message: /older than those here/ });
  assert.deepEqual([advisories.current.digest, drafts], [digest, []]);
  const newer = await writeDump(
    context,
    Array.from({ length: 1400 }, (_, index) => flask(`A-${index}`)),
  );
  assert.equal((await advisories.import(newer)).isChanged, true);
});

test('import() refuses data that is older, or less than half, unless it is forced', async (context) => {
  const { advisories } = await open(context);
  const many = Array.from({ length: 10 }, (_, index) => flask(`A-${index}`));
  await advisories.import(await writeDump(context, many), { force: true });
  const { digest } = advisories.current;
  const older = await writeDump(
    context,
    many.map((record) => ({ ...record, modified: '2024-01-01T00:00:00Z' })),
  );
  const fewer = await writeDump(context, many.slice(0, 4));
  for (const [path, message] of [
    [older, /older than/],
    [fewer, /less than half/],
  ] as const) {
    await assert.rejects(advisories.import(path), { code: 'ADVISORIES_UNUSABLE', message, hint: /--force/ });
    assert.equal(advisories.current.digest, digest);
  }
  await advisories.import(older, { force: true });
  await advisories.import(fewer, { force: true });
  assert.deepEqual(ids(advisories, 'flask', '0.1'), ['A-0', 'A-1', 'A-2', 'A-3']);
});

test('import() that finds the disk full leaves what was there', async (context) => {
  const { advisories, path } = await open(context, { maxPages: 60 });
  await advisories.import(await writeDump(context, [flask('A-1')]), { force: true });
  const many = Array.from({ length: 3000 }, (_, index) => osvRecord(`B-${index}`));
  await assert.rejects(advisories.import(await writeDump(context, many), { force: true }), { code: 'STORAGE_FULL' });
  assert.deepEqual(ids(advisories, 'flask', '0.1'), ['A-1']);
  assert.deepEqual(ids((await open(context, { path })).advisories, 'flask', '0.1'), ['A-1']);
});

test('import() that is cancelled or killed leaves what was there', async (context) => {
  const { advisories, path } = await open(context);
  await advisories.import(await writeDump(context, [flask('A-1')]), { force: true });
  const many = await writeDump(
    context,
    Array.from({ length: 3000 }, (_, index) => osvRecord(`B-${index}`)),
  );
  const controller = new AbortController();
  const cancelling = advisories.import(many, {
    force: true,
    signal: controller.signal,
    onProgress: (done, total) => {
      if (done === total) setImmediate(() => controller.abort()); // read whole, not yet written
    },
  });
  await assert.rejects(cancelling, { code: 'CANCELLED' });
  await using dying = new OtherProcess(fixture, [path]);
  assert.equal(await dying.nextLine(), 'writing');
  dying.child.kill('SIGKILL');
  assert.equal((await dying.exit()).signal, 'SIGKILL');
  const later = await open(context, { path });
  assert.deepEqual(ids(later.advisories, 'flask', '0.1'), ['A-1']);
  assert.deepEqual(await later.database.read(sql`select id from advisories`), [{ id: 'A-1' }]);
  await advisories.import(many, { force: true });
  assert.equal((await later.advisories.status()).advisories, 3000);
});

test('readers see the old data or the new, whole, while other processes import', async (context) => {
  const { advisories, path } = await open(context);
  const reader = (await open(context, { path })).advisories;
  const records = (fixed: string) => Array.from({ length: 200 }, (_, index) => flask(`A-${index}`, fixed));
  const dumps = [await writeDump(context, records('1.0')), await writeDump(context, records('2.0'))];
  const done = new AbortController();
  const writing = (async () => {
    for (const dump of [...dumps, ...dumps, ...dumps]) await advisories.import(dump, { force: true });
    done.abort();
  })();
  while (!hasEnded(done.signal)) {
    await reader.reload();
    const { length } = reader.current.find('flask', '1.5');
    assert.ok(length === 0 || length === 200 || reader.current.asOf?.startsWith('2024'), String(length));
    await new Promise(setImmediate);
  }
  await writing;
  await reader.reload();
  assert.equal(reader.current.find('flask', '1.5').length, 200);
});

test('imports at the same time follow each other', async (context) => {
  const { advisories } = await open(context);
  const dumps = await Promise.all(['A-1', 'A-2', 'A-3'].map((id) => writeDump(context, [flask(id)])));
  await Promise.all(dumps.map((path) => advisories.import(path, { force: true })));
  const { digest } = advisories.current;
  assert.equal((await advisories.status()).digest, digest);
  assert.equal(ids(advisories, 'flask', '0.1').length, 1);
});

test('onChange() tells which packages and which versions are newly affected, and stops when asked', async (context) => {
  const { advisories, path } = await open(context);
  const records = [flask('A-1'), osvRecord('A-2', { affected: [affectedBy('numpy', '2.0')] })];
  await advisories.import(await writeDump(context, records), { force: true });
  const watcher = (await open(context, { path })).advisories;
  const changes: AdvisoryChange[] = [];
  const stop = watcher.onChange((change) => changes.push(change));
  await advisories.import(await writeDump(context, [...records, flask('A-3', '0.5')]), { force: true });
  assert.equal(await watcher.reload(), true);
  assert.equal(await watcher.reload(), false);
  const [change] = changes;
  assert.deepEqual([...(change?.names ?? [])], ['flask']);
  const versions = [
    { name: 'Flask', version: '0.4' },
    { name: 'flask', version: '0.7' },
    { name: 'numpy', version: '1.0' },
  ];
  const affected = change
    ?.newlyAffected(versions)
    .map(({ name, version, advisories: found }) => [name, version, found[0]?.id]);
  assert.deepEqual(affected, [['Flask', '0.4', 'A-3']]);
  stop();
  await advisories.import(await writeDump(context, [...records, flask('A-4')]), { force: true });
  await watcher.reload();
  assert.equal(changes.length, 1);
});

test('onChange() counts what is rated otherwise or known to be malware since as new', async (context) => {
  const { advisories } = await open(context);
  const found: string[][] = [];
  advisories.onChange(({ newlyAffected }) => {
    found.push(
      newlyAffected([{ name: 'flask', version: '0.1' }]).flatMap((each) => each.advisories.map(({ id }) => id)),
    );
  });
  await advisories.import(await writeDump(context, [flask('A-1')]), { force: true });
  await advisories.import(await writeDump(context, [{ ...flask('A-1'), database_specific: { severity: 'HIGH' } }]), {
    force: true,
  });
  await advisories.import(await writeDump(context, [{ ...flask('A-1'), aliases: ['MAL-2025-1'] }]), { force: true });
  await advisories.import(await writeDump(context, [{ ...flask('A-1'), aliases: ['MAL-2025-1'], summary: 'same' }]), {
    force: true,
  });
  assert.deepEqual(found, [['A-1'], ['A-1'], ['A-1'], []]);
});

test('changedSince() names what changed since a state, and says where it does not know it', async (context) => {
  const { advisories } = await open(context);
  const shipped = advisories.current.digest;
  await advisories.import(await writeDump(context, [flask('A-1')]), { force: true });
  const first = advisories.current.digest;
  const numpy = osvRecord('A-2', { affected: [affectedBy('numpy', '2.0')] });
  await advisories.import(await writeDump(context, [flask('A-1'), numpy]), { force: true });
  await advisories.import(await writeDump(context, [flask('A-1', '1.1'), numpy]), { force: true });
  assert.deepEqual(await advisories.changedSince(first), new Set(['flask', 'numpy']));
  assert.deepEqual(await advisories.changedSince(advisories.current.digest), new Set());
  assert.ok((await advisories.changedSince(shipped))?.has('jinja2'));
  assert.equal(await advisories.changedSince('0'.repeat(64)), undefined);
});

/** A function, because the type of the property does not know that time passes. */
function hasEnded(signal: AbortSignal): boolean {
  return signal.aborted;
}
