import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { Gate, Inspections } from '../../src/packages/gate/index.ts';
import { openUpstream } from '../../src/packages/upstream/index.ts';
import { noon, policyOf } from '../policy/good-facts.ts';
import type { Misbehaviour } from '../support/misbehaviour.ts';
import { PackageIndex } from '../support/package-index.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { makeWheel } from '../support/wheels.ts';
import { askAt, type Answer, json, type ListedJson, soundInspection } from './test-gate.ts';

const wheel = makeWheel({ name: 'acme' });

async function openGate(context: TestContext, freshMs: number) {
  const folder = await temporaryFolder(context);
  const index = await PackageIndex.open();
  index.setProject({ name: 'acme', files: [{ file: wheel, uploadTime: '2024-01-01T00:00:00Z' }] });
  const bounds = { retryDelaysMs: [1], silenceMs: 1000, pageTimeoutMs: 3000, backgroundMs: 0, retryMs: 0, freshMs };
  const indexes = [{ name: 'default', url: index.url }];
  const upstream = await openUpstream({ folder: join(folder, 'upstream'), indexes, ...bounds });
  const policy = policyOf();
  const gate = new Gate({
    upstream,
    policy: () => ({ policy, hash: 'hash' }),
    advisories: () => ({ asOf: noon.toISOString(), find: () => [] }),
    now: () => noon,
    inspections: new Inspections({ folder: join(folder, 'inspections'), inspector: '1' }),
    inspect: async () => ({ ...soundInspection, metadataSha256: hash('sha256', wheel.metadata) }),
  });
  context.after(async () => {
    await gate.close({ graceMs: 0 });
    await upstream[Symbol.asyncDispose]();
    await index[Symbol.asyncDispose]();
  });
  const { port } = await gate.listen();
  const { path } = gate.admit({ id: 'client', view: 'strict' });
  const ask = (target: string): Promise<Answer> =>
    askAt({ port, path: `${path}${target}`, headers: { accept: json }, method: 'GET' });
  const kept = async (): Promise<string[]> =>
    (await readdir(folder, { recursive: true })).filter((name) => name.includes(wheel.sha256));
  return { index, ask, kept };
}

async function findFile(ask: (target: string) => Promise<Answer>): Promise<string> {
  const { files } = JSON.parse((await ask('/simple/acme/')).text) as { files: ListedJson[] };
  return (files[0]?.url ?? '').replace('../..', '');
}

test('an index that is gone leaves pages that say so, and files that were brought before', async (context) => {
  const { index, ask } = await openGate(context, 0);
  const file = await findFile(ask);
  assert.equal((await ask(file)).status, 200);
  index.kill();
  const stale = await ask('/simple/acme/');
  assert.deepEqual([stale.status, stale.headers['warning']?.slice(0, 3)], [200, '110'], stale.text);
  assert.equal((await ask(file)).status, 200);
  const unknown = await ask('/simple/other/');
  assert.equal(unknown.status, 502, unknown.text);
  assert.doesNotMatch(unknown.text, /127\.0\.0\.1/);
  index.revive();
  assert.equal((await ask('/simple/other/')).status, 404);
});

const lies: readonly (readonly [string, Misbehaviour])[] = [
  ['other bytes', { kind: 'swapped' }],
  ['half of a file', { kind: 'truncated', afterBytes: 100 }],
  ['a shorter file', { kind: 'shortened', toBytes: 100 }],
  ['a file without an end', { kind: 'endless' }],
  ['nothing more', { kind: 'silent', afterBytes: 100 }],
  ['a page in the place of a file', { kind: 'body', body: '<html>moved</html>' }],
  ['its clients round in circles', { kind: 'redirect' }],
  ['its clients elsewhere', { kind: 'redirect', to: 'http://elsewhere.invalid/acme.whl' }],
  ['an error', { kind: 'status', status: 500 }],
];

test('an index that lies gives nobody anything, and nothing of it is kept', async (context) => {
  const { index, ask, kept } = await openGate(context, 60_000);
  const file = await findFile(ask);
  const path = `/files/${wheel.filename}`;
  for (const [what, misbehaviour] of lies) {
    index.misbehave(path, misbehaviour);
    const { status, text } = await ask(file);
    assert.equal(status, 502, `${what}: ${text}`);
    assert.doesNotMatch(text, /http:|127\.0\.0\.1/, what);
    assert.deepEqual(await kept(), [], what);
  }
  index.behave(path);
  const good = await ask(file);
  assert.deepEqual([good.status, good.bytes.equals(wheel.bytes)], [200, true], 'the same file, sent honestly');
});
