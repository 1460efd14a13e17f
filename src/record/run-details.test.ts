import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openTemporaryRecord } from '../../test/record/temporary-record.ts';
import { type RunEndDetails, runEndDetailsSchema, type RunStartDetails, runStartDetailsSchema } from './run-details.ts';

const start: RunStartDetails = {
  file: 'hello.py',
  codeDigest: 'a'.repeat(64),
  shown: [],
  inputsDigest: 'b'.repeat(64),
  environmentKey: null,
  python: '3.12.3',
  backend: 'process',
  capabilities: ['memory limit', 'network off'],
  limits: { memoryBytes: 1024, wallTimeMs: 30_000 },
};
const end: RunEndDetails = {
  outcome: { status: 'timeout', clock: 'wall', limitMs: 30_000 },
  usage: { wallMs: 30_001, cpuMs: null, peakMemoryBytes: 12_345, memoryKills: 0, refusedForks: 0 },
  outputBytes: 10,
  cutBytes: 0,
  artifacts: [
    { path: 'plot.png', change: 'changed', bytes: 3, digest: 'c'.repeat(64) },
    { path: 'gone.png', change: 'removed', bytes: null, digest: null },
  ],
  moreArtifacts: 2,
};

test('the details of a run fit on the record, and come back as they were', async (context) => {
  const { record } = await openTemporaryRecord(context);
  const started = await record.append({ action: 'run.start', details: start });
  const ended = await record.append({ action: 'run.end', details: end });
  assert.deepEqual(runStartDetailsSchema.parse(started.details), start);
  assert.deepEqual(runEndDetailsSchema.parse(ended.details), end);
});

test('the details of a run are read as they were written before removals were told', () => {
  const { moreArtifacts: _none, ...older } = { ...end, artifacts: [{ path: 'a', bytes: 3, digest: 'c'.repeat(64) }] };
  assert.deepEqual(runEndDetailsSchema.parse(older), { ...older, moreArtifacts: 0 });
});

test('the details of a run hold digests, not contents', () => {
  for (const wrong of [
    { ...start, code: 'print(1)' },
    { ...start, codeDigest: 'print(1)' },
    { ...start, codeDigest: 'A'.repeat(64) },
  ]) {
    assert.equal(runStartDetailsSchema.safeParse(wrong).success, false);
  }
  const artifacts = [{ path: 'plot.png', bytes: -1, digest: 'c'.repeat(64) }];
  assert.equal(runEndDetailsSchema.safeParse({ ...end, artifacts }).success, false);
  assert.equal(runEndDetailsSchema.safeParse({ ...end, outcome: {} }).success, false);
});
