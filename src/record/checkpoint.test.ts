import assert from 'node:assert/strict';
import { verify } from 'node:crypto';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { canonicalJson } from '../canonical-json.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { type Checkpoint, checkSignature, isCheckpointDue, parseCheckpoint, signCheckpoint } from './checkpoint.ts';
import { ensureSigningKey, type SigningKey } from './signing-key.ts';

const head = { recordId: 'a'.repeat(32), seq: 7, hash: 'b'.repeat(64), time: '2026-11-21T10:00:00.000Z' };
const time = '2026-11-21T11:00:00.000Z';

async function signed(context: TestContext): Promise<{ key: SigningKey; checkpoint: Checkpoint }> {
  const key = await ensureSigningKey(join(await temporaryFolder(context), 'keys'));
  return { key, checkpoint: signCheckpoint(head, time, key) };
}

test('a checkpoint says what was signed, when and with which key', async (context) => {
  const { key, checkpoint } = await signed(context);
  const { signature, ...rest } = checkpoint;
  assert.deepEqual(rest, { v: 1, recordId: head.recordId, seq: 7, hash: head.hash, time, keyId: key.keyId });
  assert.equal(checkSignature(checkpoint, key), undefined);
  const bytes = Buffer.from(canonicalJson(rest));
  assert.ok(verify(null, bytes, key.publicKey, Buffer.from(signature, 'base64')), 'anyone can check it');
});

test('a checkpoint that was changed in any part does not fit its signature', async (context) => {
  const { key, checkpoint } = await signed(context);
  const changes: Partial<Checkpoint>[] = [
    { recordId: 'c'.repeat(32) },
    { seq: 8 },
    { hash: 'd'.repeat(64) },
    { time: '2026-11-21T11:00:00.001Z' },
    { signature: Buffer.alloc(64).toString('base64') },
    { signature: '' },
  ];
  for (const change of changes) assert.match(checkSignature({ ...checkpoint, ...change }, key) ?? '', /does not fit/);
});

test('a checkpoint of another key is told apart', async (context) => {
  const { checkpoint } = await signed(context);
  const other = await signed(context);
  assert.match(checkSignature(checkpoint, other.key) ?? '', /another key/);
  const disguised = { ...checkpoint, keyId: other.key.keyId };
  assert.match(checkSignature(disguised, other.key) ?? '', /does not fit/);
});

test('parseCheckpoint reads what was written, and refuses everything else', async (context) => {
  const { checkpoint } = await signed(context);
  assert.deepEqual(parseCheckpoint(JSON.stringify(checkpoint, undefined, 2), 'a file'), checkpoint);
  const { seq: _, ...withoutSeq } = checkpoint;
  for (const text of [
    '',
    'nonsense',
    '[]',
    '{}',
    JSON.stringify(withoutSeq),
    JSON.stringify({ ...checkpoint, v: 2 }),
    JSON.stringify({ ...checkpoint, more: 1 }),
  ]) {
    assert.throws(() => parseCheckpoint(text, 'a file'), {
      code: 'RECORD_INVALID',
      message: /^a file is no checkpoint/,
    });
  }
});

test('the first entry and every thousandth get a checkpoint', () => {
  assert.deepEqual([1, 2, 999, 1000, 1001, 2000].map(isCheckpointDue), [true, false, false, true, false, true]);
});
