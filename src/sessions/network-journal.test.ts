import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Draft } from '../record/index.ts';
import type { PassageReport } from '../sandbox/index.ts';
import { NetworkJournal } from './network-journal.ts';

const report: PassageReport = {
  verdict: 'allow',
  protocol: 'connect',
  target: 'api.test:443',
  host: 'api.test',
  port: 443,
  address: '192.0.2.1',
  rule: 'runtime.network.allow[0]',
  bytesUp: 10,
  bytesDown: 20,
  ms: 5,
  end: 'finished',
  why: '',
};
const denial: PassageReport = { ...report, verdict: 'deny', address: null, bytesUp: 0, bytesDown: 0, end: 'refused' };

describe('NetworkJournal', () => {
  it('gives each connection an entry of its own', async () => {
    const { journal, drafts } = open();
    journal.add(report);
    journal.add({ ...report, bytesDown: 7 });
    await journal.flush();
    assert.deepEqual(
      drafts.map(({ action, subject, verdict, details }) => [action, subject, verdict, details?.['bytesDown']]),
      [
        ['network.connect', 'api.test:443', 'allow', 20],
        ['network.connect', 'api.test:443', 'allow', 7],
      ],
    );
  });

  it('tells the same denial once, and how often it came again', async () => {
    const { journal, drafts } = open();
    for (let count = 0; count < 1000; count++) journal.add(denial);
    assert.equal(drafts.length, 1, 'the first is told at once');
    await journal.flush();
    assert.deepEqual(
      drafts.map(({ action, details }) => [action, details?.['connections']]),
      [
        ['network.deny', 1],
        ['network.deny', 999],
      ],
    );
  });

  it('keeps a flood of different denials to a bounded number of entries, and counts every one', async () => {
    const { journal, drafts } = open();
    for (let port = 1; port <= 50_000; port++) journal.add({ ...denial, target: `evil.test:${port}`, port });
    await journal.flush();
    assert.ok(drafts.length < 120, `${drafts.length} entries`);
    assert.equal(sum(drafts), 50_000);
    assert.ok(drafts.some(({ subject, details }) => subject === null && Number(details?.['connections']) > 40_000));
  });

  it('keeps a flood of connections to a bounded number of entries, with all their bytes', async () => {
    const { journal, drafts } = open();
    for (let count = 0; count < 5000; count++) journal.add(report);
    await journal.flush();
    assert.ok(drafts.length < 200, `${drafts.length} entries`);
    assert.equal(sum(drafts), 5000);
    assert.equal(
      drafts.reduce((all, { details }) => all + Number(details?.['bytesDown']), 0),
      100_000,
    );
  });

  it('tells what it counted when the window is over', async () => {
    const told = Promise.withResolvers<Draft>();
    const journal = new NetworkJournal({
      append: async (draft) => {
        if (draft.details?.['connections'] === 2) told.resolve(draft);
      },
      onFailure: () => undefined,
      windowMs: 20,
    });
    const keepsTheProcess = setTimeout(() => undefined, 10_000);
    for (let count = 0; count < 3; count++) journal.add(denial);
    assert.equal((await told.promise).action, 'network.deny');
    clearTimeout(keepsTheProcess);
  });

  it('says once that the record cannot be written', async () => {
    let failures = 0;
    const journal = new NetworkJournal({
      append: () => Promise.reject(new Error('the disk is full')),
      onFailure: () => (failures += 1),
    });
    journal.add(report);
    journal.add(report);
    await journal.flush();
    assert.equal(failures, 1);
  });
});

function open(): { journal: NetworkJournal; drafts: Draft[] } {
  const drafts: Draft[] = [];
  const append = async (draft: Draft): Promise<void> => void drafts.push(draft);
  return { drafts, journal: new NetworkJournal({ append, onFailure: () => assert.fail() }) };
}

function sum(drafts: readonly Draft[]): number {
  return drafts.reduce((all, { details }) => all + Number(details?.['connections']), 0);
}
