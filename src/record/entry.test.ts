import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import { canonicalJson } from '../canonical-json.ts';
import { checkDraft, type Draft, entrySchema, hashBody, type Head, maxDetailsBytes, sealEntry } from './entry.ts';

const head: Head = { recordId: 'a'.repeat(32), seq: 41, time: '2026-11-21T10:00:00.000Z', hash: 'b'.repeat(64) };
const later = new Date('2026-11-21T10:00:01.500Z');
const draft: Draft = {
  action: 'run.start',
  actor: { id: 'ann', kind: 'user', role: 'owner' },
  workspace: 'notebook-7',
  details: { z: 1, a: [true, null] },
};

test('sealEntry puts a draft behind the head', () => {
  const { entry, body } = sealEntry(checkDraft(draft), head, later);
  assert.equal(entry.seq, 42);
  assert.equal(entry.previous, head.hash);
  assert.equal(entry.recordId, head.recordId);
  assert.equal(entry.time, '2026-11-21T10:00:01.500Z');
  assert.equal(entry.clockBehindMs, 0);
  assert.equal(entry.hash, createHash('sha256').update(body, 'utf8').digest('hex'));
});

test('the text that is hashed is the canonical JSON of all the rest', () => {
  const { entry, body } = sealEntry(checkDraft(draft), head, later);
  const { hash, ...content } = entry;
  assert.equal(body, canonicalJson(content));
  assert.equal(hashBody(body), hash);
  assert.deepEqual(entrySchema.parse(JSON.parse(body)), content);
  assert.deepEqual(Object.keys(JSON.parse(body) as object), [
    'action',
    'actor',
    'clockBehindMs',
    'correlationId',
    'details',
    'policyHash',
    'previous',
    'recordId',
    'seq',
    'subject',
    'time',
    'v',
    'verdict',
    'workspace',
  ]);
});

test('the hash of an entry is what any SHA-256 of the text gives', () => {
  const text = sealEntry(checkDraft({ action: 'a.b' }), head, later).body;
  assert.equal(
    text,
    `{"action":"a.b","actor":null,"clockBehindMs":0,"correlationId":null,"details":{},"policyHash":null,"previous":"${'b'.repeat(64)}","recordId":"${'a'.repeat(32)}","seq":42,"subject":null,"time":"2026-11-21T10:00:01.500Z","v":1,"verdict":null,"workspace":null}`,
  );
  assert.equal(hashBody('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test('a clock that went back is said, and the time of the chain stands still', () => {
  const earlier = new Date('2026-11-21T09:59:58.000Z');
  const { entry } = sealEntry(checkDraft(draft), head, earlier);
  assert.equal(entry.time, head.time);
  assert.equal(entry.clockBehindMs, 2000);
  const same = sealEntry(checkDraft(draft), head, new Date(head.time)).entry;
  assert.deepEqual([same.time, same.clockBehindMs], [head.time, 0]);
});

test('a draft is copied: what its owner changes later is not on the record', () => {
  const details: { list: number[] } = { list: [1] };
  const checked = checkDraft({ action: 'a.b', details });
  details.list.push(2);
  assert.deepEqual(checked.details, { list: [1] });
});

test('a draft that breaks the schema is refused', () => {
  const refused: Record<string, unknown>[] = [
    {},
    { action: 'run' },
    { action: 'Run.Start' },
    { action: 'run.start\n' },
    { action: `run.${'x'.repeat(100)}` },
    { action: 'a.b', unknown: 1 },
    { action: 'a.b', seq: 1 },
    { action: 'a.b', actor: 'ann' },
    { action: 'a.b', actor: { id: '', kind: 'user', role: 'owner' } },
    { action: 'a.b', actor: { id: 'ann', kind: 'root', role: 'owner' } },
    { action: 'a.b', workspace: '' },
    { action: 'a.b', workspace: 'x'.repeat(513) },
    { action: 'a.b', verdict: 'maybe' },
    { action: 'a.b', policyHash: 'ABC' },
    { action: 'a.b', details: [] },
    { action: 'a.b', details: null },
    { action: 'a.b', details: { when: new Date() } },
    { action: 'a.b', details: { half: '\ud800' } },
    { action: 'a.b', subject: 'half \ud800' },
  ];
  for (const each of refused) {
    assert.throws(() => checkDraft(each as unknown as Draft), { code: 'RECORD_INVALID' }, JSON.stringify(each));
  }
});

test('details are bounded by their bytes', () => {
  const around = '{"x":""}'.length;
  const fits = { x: 'y'.repeat(maxDetailsBytes - around) };
  assert.ok(sealEntry(checkDraft({ action: 'a.b', details: fits }), head, later).body.length > maxDetailsBytes);
  const tooMuch = { x: `${fits.x}y` };
  assert.throws(() => checkDraft({ action: 'a.b', details: tooMuch }), {
    code: 'RECORD_INVALID',
    message: /65537 bytes/,
  });
  const wide = { x: 'é'.repeat(maxDetailsBytes / 2) };
  assert.throws(() => checkDraft({ action: 'a.b', details: wide }), { code: 'RECORD_INVALID' });
});

test('details nested without end are refused, not followed', () => {
  let deep: unknown = {};
  for (let level = 0; level < 20_000; level++) deep = { deep };
  assert.throws(() => checkDraft({ action: 'a.b', details: deep as { deep: null } }), { code: 'RECORD_INVALID' });
});
