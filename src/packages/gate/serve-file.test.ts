import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { sha256, sha256Of } from '../../../test/gate/memory-upstream.ts';
import { soundInspection, TestGate } from '../../../test/gate/test-gate.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import type { Reason } from '../../policy/index.ts';
import { Inspections } from './inspections.ts';
import type { LockedFiles } from './view.ts';

const wheel = 'acme-1.0-py3-none-any.whl';
const content = `content of ${wheel}`;
const address = `/files/${sha256Of(wheel)}/${wheel}`;
const projects = { acme: { files: [{ filename: wheel }] } };

test('a wheel is opened before it is first sent, and once for all clients', async (context) => {
  const gate = await TestGate.open(context, { projects });
  const clients = [gate.client('strict', 'one'), gate.client('strict', 'two'), gate.client('plan')];
  const answers = await Promise.all(clients.map(({ ask }) => ask(address)));
  for (const { status, text, headers } of answers) {
    assert.deepEqual([status, text], [200, content]);
    assert.equal(headers['etag'], `"${sha256Of(wheel)}"`);
    assert.equal(headers['content-type'], 'application/octet-stream');
  }
  assert.deepEqual(gate.inspected, [wheel]);
  assert.deepEqual(gate.events.map(({ kind, client, version }) => [kind, client, version]).sort(), [
    ['served', 'one', '1.0'],
    ['served', 'plan', '1.0'],
    ['served', 'two', '1.0'],
  ]);
});

test('a file is sent in parts, or not again, as the client asks', async (context) => {
  const gate = await TestGate.open(context, { projects });
  const { ask } = gate.client();
  const etag = `"${sha256Of(wheel)}"`;
  const size = content.length;
  const cases: [Record<string, string>, number, string, string | undefined][] = [
    [{}, 200, content, undefined],
    [{ range: 'bytes=0-6' }, 206, 'content', `bytes 0-6/${size}`],
    [{ range: 'bytes=-4' }, 206, '.whl', `bytes ${size - 4}-${size - 1}/${size}`],
    [{ range: `bytes=${size - 3}-` }, 206, 'whl', `bytes ${size - 3}-${size - 1}/${size}`],
    [{ range: 'bytes=5-99999' }, 206, content.slice(5), `bytes 5-${size - 1}/${size}`],
    [{ range: `bytes=${size}-` }, 416, `The file has ${size} bytes.\n`, `bytes */${size}`],
    [{ range: 'bytes=-0' }, 416, `The file has ${size} bytes.\n`, `bytes */${size}`],
    [{ range: 'bytes=0-1,3-4' }, 200, content, undefined],
    [{ range: 'bytes=6-2' }, 200, content, undefined],
    [{ range: 'lines=0-6' }, 200, content, undefined],
    [{ range: 'bytes=0-6', 'if-range': etag }, 206, 'content', `bytes 0-6/${size}`],
    [{ range: 'bytes=0-6', 'if-range': '"other"' }, 200, content, undefined],
    [{ range: 'bytes=0-6', 'if-range': 'Sat, 01 Jan 2050 00:00:00 GMT' }, 200, content, undefined],
    [{ 'if-none-match': etag }, 304, '', undefined],
    [{ 'if-none-match': etag, range: 'bytes=0-6' }, 304, '', undefined],
  ];
  for (const [headers, status, text, range] of cases) {
    const answer = await ask(address, headers);
    assert.deepEqual(
      [answer.status, answer.text, answer.headers['content-range']],
      [status, text, range],
      JSON.stringify(headers),
    );
  }
  const head = await ask(address, {}, 'HEAD');
  assert.deepEqual([head.status, head.text, head.headers['content-length']], [200, '', String(size)]);
  assert.equal(head.headers['accept-ranges'], 'bytes');
});

test('what is learned from an opened wheel is judged, by each view', async (context) => {
  const gate = await TestGate.open(context, { projects });
  gate.inspection = () => ({ ...soundInspection, startupFiles: ['evil.pth'] });
  const [strict, plan] = [gate.client('strict'), gate.client('plan')];
  const refused = await strict.ask(address);
  assert.equal(refused.status, 403);
  assert.match(refused.text, /acme 1\.0 has files that run at every start \[packages\.inspection\.startupFiles\]/);
  assert.match((await strict.ask('/refusals')).text, /acme-1\.0-py3-none-any\.whl: somebody must agree first/);
  assert.equal((await plan.ask(address)).status, 200, 'a plan may still ask');
  assert.deepEqual(await strict.files('acme'), [], 'what was refused once is not listed any more');
  assert.deepEqual(
    gate.events.map(({ kind, verdict, version }) => [kind, verdict, version]),
    [
      ['refused', 'ask', '1.0'],
      ['served', 'allow', '1.0'],
      ['refused', 'ask', undefined],
    ],
  );
  gate.setPolicy('packages: {inspection: {startupFiles: allow}}');
  assert.equal((await strict.files('acme')).length, 1);
  assert.equal((await strict.ask(address)).status, 200, 'another policy, another verdict');
  gate.setPolicy('packages: {inspection: {startupFiles: deny}}');
  assert.deepEqual(
    (await Promise.all([strict.ask(address), plan.ask(address)])).map(({ status }) => status),
    [403, 403],
  );
  assert.deepEqual(gate.inspected, [wheel]);
});

test('a licence that is only found inside decides too', async (context) => {
  const gate = await TestGate.open(context, { projects, policy: 'packages: {licences: {deny: [AGPL-*]}}' });
  const { ask } = gate.client('plan');
  gate.inspection = () => ({ ...soundInspection, licence: { expression: 'AGPL-3.0-only', source: 'License' } });
  const { status, text } = await ask(address);
  assert.equal(status, 403);
  assert.match(text, /AGPL-3\.0-only.*\[packages\.licences\.deny\[0\]\]/);
});

test('a wheel that is not sound is refused to everybody, with the reason', async (context) => {
  const gate = await TestGate.open(context, { projects });
  const { ask, files } = gate.client('plan');
  gate.inspection = () => ({
    verdict: 'refused',
    problems: [{ rule: 'archive.name', message: 'an entry leads out of the folder', path: '../evil' }],
  });
  const { status, text } = await ask(address);
  assert.equal(status, 403);
  assert.match(text, /an entry leads out of the folder \[archive\.name\]/);
  assert.deepEqual(await files('acme'), []);
  assert.equal((await ask(address)).status, 403);
  assert.deepEqual(gate.inspected, [wheel]);
  const again = await TestGate.open(context, { projects });
  assert.equal((await again.client('plan').ask(address)).status, 200, 'the same wheel, found sound');
});

test('what was refused is not listed after a restart either, kept pages or not', async (context) => {
  const folder = await temporaryFolder(context);
  const inspections = (): Inspections => new Inspections({ folder: join(folder, 'inspections'), inspector: '1' });
  for (const pagesFolder of [undefined, join(folder, 'ready')]) {
    const filename = `acme-${pagesFolder === undefined ? 1 : 2}.0-py3-none-any.whl`;
    const start = (): Promise<TestGate> => {
      const kept = pagesFolder === undefined ? {} : { pagesFolder };
      return TestGate.open(context, {
        projects: { acme: { files: [{ filename }] } },
        more: { inspections: inspections(), ...kept },
      });
    };
    const first = await start();
    first.inspection = () => ({ verdict: 'refused', problems: [{ rule: 'wheel.record', message: 'RECORD lies' }] });
    const { ask, files } = first.client();
    assert.equal((await files('acme')).length, 1);
    assert.equal((await ask(`/files/${sha256Of(filename)}/${filename}`)).status, 403);
    const again = await start();
    assert.deepEqual(await again.client().files('acme'), []);
    assert.deepEqual(again.inspected, []);
  }
});

test('a file that the page hides is refused with the reason, although its address is known', async (context) => {
  const gate = await TestGate.open(context, { projects });
  const { ask } = gate.client('plan');
  assert.equal((await ask(address)).status, 200);
  gate.setPolicy('packages: {deny: [{package: acme, because: we know why}]}');
  const { status, text } = await ask(address);
  assert.equal(status, 403);
  assert.match(text, /acme 1\.0 is one of “acme”: we know why \[packages\.deny\[0\]\]/);
  assert.equal((await ask(`${address}.metadata`)).status, 403);
});

test('METADATA is served beside each wheel, and its hash told once it is known', async (context) => {
  const source = 'acme-1.0.tar.gz';
  const files = [{ filename: wheel, coreMetadata: 'none' as const }, { filename: source }];
  const policy = 'packages: {sourceDistributions: ask}';
  const gate = await TestGate.open(context, { projects: { acme: { files } }, policy });
  const { ask, files: list } = gate.client('plan');
  const answer = await ask(`${address}.metadata`);
  assert.deepEqual([answer.status, answer.text], [200, `Metadata-Version: 2.1\nName: ${wheel}\n`]);
  assert.match(answer.headers['cache-control'] ?? '', /immutable/);
  assert.equal(answer.headers['etag'], `"${sha256(answer.bytes)}"`);
  assert.equal((await ask(`${address}.metadata`, { 'if-none-match': answer.headers['etag'] ?? '' })).status, 304);
  assert.equal((await ask(`/files/${sha256Of(source)}/${source}.metadata`)).status, 404);
  assert.equal((await ask(`/files/${sha256Of(source)}/${source}`)).status, 200);
  gate.setPolicy('packages: {sourceDistributions: ask, prereleases: deny}');
  const [first, second] = await list('acme');
  assert.deepEqual(first?.['core-metadata'], { sha256: sha256(answer.bytes) });
  assert.deepEqual([second?.filename, second?.['core-metadata']], [source, false]);
});

test('the unfiltered view tells what there is and gives out nothing', async (context) => {
  const policy = 'packages: {deny: [acme]}';
  const gate = await TestGate.open(context, { projects, policy });
  const { ask, files } = gate.client('unfiltered');
  assert.deepEqual(
    (await files('acme')).map(({ filename }) => filename),
    [wheel],
  );
  assert.equal((await ask(`${address}.metadata`)).status, 200);
  assert.equal((await ask(address)).status, 403);
  assert.deepEqual(gate.upstream.fetched, []);
  assert.deepEqual(await gate.client('plan').files('acme'), []);
});

test('a lock is served alone: its files, and no others', async (context) => {
  const files = ['1.0', '1.1', '1.2'].map((version) => ({ filename: `acme-${version}-py3-none-any.whl` }));
  const [first, second] = files.map(({ filename }) => filename) as [string, string];
  const digest = 'd'.repeat(64);
  const answers: NonNullable<LockedFiles['agreement']>[] = [];
  const findLock = async (wanted: string): Promise<LockedFiles | undefined> =>
    wanted === digest
      ? { digest, files: new Map([['acme', new Set([sha256Of(first)])]]), agreement: answers[0] }
      : undefined;
  const gate = await TestGate.open(context, {
    projects: { acme: { files }, other: { files: [] } },
    more: { findLock },
  });
  const { ask } = gate.client();
  const listed = async (name: string): Promise<string[]> => {
    const { text } = await ask(`/lock/${digest}/simple/${name}/`);
    return [...text.matchAll(/>(acme-[^<]+)</g)].map(([, filename]) => filename ?? '');
  };
  assert.deepEqual(await listed('acme'), [first]);
  assert.deepEqual(await listed('other'), []);
  assert.equal((await ask(`/lock/${digest}/files/${sha256Of(first)}/${first}`)).status, 200);
  assert.equal((await ask(`/lock/${digest}/files/${sha256Of(second)}/${second}`)).status, 403);
  assert.equal((await ask(`/files/${sha256Of(second)}/${second}`)).status, 200, 'without the lock');
  assert.equal((await ask(`/lock/${'e'.repeat(64)}/simple/acme/`)).status, 404);
  gate.setPolicy('packages: {ask: [acme]}');
  assert.deepEqual(await listed('acme'), []);
  answers.push({ key: '1', covers: (_, reasons) => reasons.every(({ rule }) => rule === 'packages.ask[0]') });
  assert.deepEqual(await listed('acme'), [first], 'somebody agreed to this lock');
  gate.setPolicy('packages: {deny: [acme]}');
  assert.deepEqual(await listed('acme'), [], 'which a denial outranks');
});

test('a lock that something stands against as a whole gives out nothing, and says why', async (context) => {
  const digest = 'd'.repeat(64);
  const reason: Reason = {
    rule: 'packages.limits.packages',
    verdict: 'ask',
    matched: '2',
    message: 'too many',
    path: [],
  };
  const against: Reason[] = [];
  const locked: LockedFiles = { digest, files: new Map([['acme', new Set([sha256Of(wheel)])]]), against };
  const gate = await TestGate.open(context, { projects, more: { findLock: () => Promise.resolve(locked) } });
  const [strict, plan] = [gate.client('strict'), gate.client('plan')];
  const statusOf = async ({ ask }: typeof strict, place: string): Promise<number> =>
    (await ask(`/lock/${digest}${place}`)).status;
  assert.equal(await statusOf(strict, address), 200);
  against.push(reason);
  assert.equal(await statusOf(strict, address), 403);
  assert.equal(await statusOf(strict, '/simple/acme/'), 403);
  assert.equal(await statusOf(plan, '/simple/acme/'), 200, 'which shows what may still be asked for');
  assert.equal((await strict.ask(address)).status, 200, 'without the lock');
  assert.match((await strict.ask('/refusals')).text, /^lock d{16}: somebody must agree first\n  too many \[packages/);
  assert.deepEqual(gate.events.at(-2)?.rules, ['packages.limits.packages']);
  assert.equal(gate.events.at(-2)?.verdict, 'ask');
  against.splice(0, 1, { ...reason, verdict: 'deny' });
  assert.equal(await statusOf(plan, '/simple/acme/'), 403);
});
