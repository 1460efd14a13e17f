import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type TestContext, describe, it } from 'node:test';

import { openTemporaryRecord } from '../../test/record/temporary-record.ts';
import type { Entry, RunEndDetails, RunStartDetails } from '../record/index.ts';
import { type JournalContext, RunJournal } from './journal.ts';
import type { RunResult, Work } from './run.ts';

const usage = { wallMs: 1.6, cpuMs: undefined, peakMemoryBytes: 7, memoryKills: 0, refusedForks: 0 };
const well: RunResult = { outcome: { status: 'ok' }, usage, outputBytes: 3, cutBytes: 2, survived: 'all' };
const request = { name: 'a.py', code: 'é = 1', args: ['x'] };
const digest = 'a'.repeat(64);

async function openJournal(context: TestContext): Promise<{ journal: RunJournal; last: () => Promise<Entry> }> {
  const { record } = await openTemporaryRecord(context);
  const journal = new RunJournal({
    record,
    actor: { id: 'user-1', kind: 'user', role: 'owner' },
    workspace: 'notebook-1',
    correlationId: 'c-1',
    policyHash: digest,
    environmentKey: null,
    python: '3.14.0',
    backend: 'process',
    capabilities: ['network-off'] as unknown as JournalContext['capabilities'],
    limits: { wallTimeMs: 1, outputBytes: 2 } as unknown as JournalContext['limits'],
  });
  const last = async (): Promise<Entry> => {
    const [entry] = await record.tail({ limit: 1 });
    assert.ok(entry !== undefined);
    return entry;
  };
  return { journal, last };
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

describe('RunJournal', () => {
  it('says before a run whose it is, what it runs by its digest, and what holds', async (context) => {
    const { journal, last } = await openJournal(context);
    await journal.start('3', { kind: 'script', request });
    const { action, subject, actor, workspace, correlationId, policyHash, verdict, details } = await last();
    assert.deepEqual(
      { action, subject, actor, workspace, correlationId, policyHash, verdict },
      {
        action: 'run.start',
        subject: 'run 3',
        actor: { id: 'user-1', kind: 'user', role: 'owner' },
        workspace: 'notebook-1',
        correlationId: 'c-1',
        policyHash: digest,
        verdict: 'allow',
      },
    );
    const { codeDigest, inputsDigest, file, capabilities, limits } = details as RunStartDetails;
    assert.deepEqual([codeDigest, inputsDigest], [sha256('é = 1'), sha256('["x"]')]);
    assert.deepEqual([file, capabilities, limits], ['a.py', ['network-off'], { wallTimeMs: 1, outputBytes: 2 }]);
    assert.equal(JSON.stringify(details).includes('é'), false, 'the code itself is not on the record');
  });

  it('digests the inputs of a call as they travel, in whatever order they are', async (context) => {
    const { journal, last } = await openJournal(context);
    const digests = [];
    for (const inputs of [
      { a: 1, b: [2] },
      { b: [2], a: 1 },
      { a: 1, b: [3] },
    ]) {
      const work: Work = { kind: 'call', request, inputs };
      await journal.start('1', work);
      digests.push((await last()).details['inputsDigest']);
    }
    assert.equal(digests[0], digests[1]);
    assert.notEqual(digests[0], digests[2]);
  });

  it('says how a run ended and what it used', async (context) => {
    const { journal, last } = await openJournal(context);
    const artifacts = [
      { path: 'a.txt', change: 'new', bytes: 1, sha256: digest },
      { path: 'gone', change: 'removed' },
      { path: 'large', change: 'changed', bytes: 1e9 },
    ] as const;
    await journal.end('3', { ...well, artifacts });
    const { action, details } = await last();
    assert.equal(action, 'run.end');
    assert.deepEqual(details, {
      outcome: { status: 'ok' },
      usage: { wallMs: 2, cpuMs: null, peakMemoryBytes: 7, memoryKills: 0, refusedForks: 0 },
      outputBytes: 3,
      cutBytes: 2,
      artifacts: [
        { path: 'a.txt', change: 'new', bytes: 1, digest },
        { path: 'gone', change: 'removed', bytes: null, digest: null },
        { path: 'large', change: 'changed', bytes: 1e9, digest: null },
      ],
      moreArtifacts: 0,
    });
  });

  it('puts the end of a run on the record, whatever names it chose for its files', async (context) => {
    const { journal, last } = await openJournal(context);
    const artifacts = Array.from({ length: 100 }, (_, index) => {
      return { path: `${index}${'\ud800"'.repeat(1000)}`, change: 'new', bytes: 1, sha256: digest } as const;
    });
    await journal.end('3', { ...well, artifacts });
    const told = ((await last()).details as RunEndDetails).artifacts;
    assert.ok(told.length > 0 && told.length < 100, `${told.length} told`);
  });
});
