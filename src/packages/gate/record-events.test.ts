import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { test } from 'node:test';

import type { AuditRecord } from '../../record/index.ts';
import type { GateEvent } from './desk.ts';
import { recordEvents } from './record-events.ts';

type Draft = Parameters<AuditRecord['append']>[0];
type Appended = Awaited<ReturnType<AuditRecord['append']>>;

const refused: GateEvent = {
  ...{ kind: 'refused', verdict: 'ask', client: 'ci', project: 'dep', version: '1.0' },
  ...{ filename: 'dep-1.0.tar.gz', sha256: 'ab', policyHash: 'p', rules: ['packages.age'] },
};

function open({ isFull = false } = {}) {
  const drafts: Draft[] = [];
  const disk = { isFull };
  const append = (draft: Draft): Promise<Appended> => {
    if (disk.isFull) return Promise.reject(new Error('no space'));
    drafts.push(draft);
    return Promise.resolve({} as Appended); // nobody looks at it
  };
  return { drafts, disk, tell: recordEvents({ append }) };
}

test('recordEvents() tells each event once for a client and a policy, with its own verdict', () => {
  const { drafts, tell } = open();
  const served: GateEvent = { ...refused, kind: 'served', verdict: 'allow', rules: [] };
  const others: GateEvent[] = [
    { ...refused, verdict: 'deny' },
    { ...refused, client: 'desk' },
    { ...refused, policyHash: 'q' },
    { ...refused, version: undefined, filename: undefined, sha256: undefined },
    served,
  ];
  for (const event of [refused, refused, ...others, ...others]) tell(event);
  assert.deepEqual(
    drafts.map(({ action, verdict, subject }) => [action, verdict, subject]),
    [
      ['gate.refused', 'ask', 'dep 1.0'],
      ['gate.refused', 'deny', 'dep 1.0'],
      ['gate.refused', 'ask', 'dep 1.0'],
      ['gate.refused', 'ask', 'dep 1.0'],
      ['gate.refused', 'ask', 'dep'],
      ['gate.served', 'allow', 'dep 1.0'],
    ],
  );
});

test('recordEvents() tells again what could not be written', async () => {
  const { drafts, disk, tell } = open({ isFull: true });
  tell(refused);
  await setImmediate();
  disk.isFull = false;
  tell(refused);
  tell(refused);
  assert.equal(drafts.length, 1);
});
