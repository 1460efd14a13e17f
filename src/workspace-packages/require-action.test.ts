import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { policyOf, someone } from '../../test/policy/good-facts.ts';
import type { AuditRecord } from '../record/index.ts';
import { requireAction, requireInstall } from './require-action.ts';

const place = { workspace: 'skill', actor: someone, role: 'collaborator' } as const;

function open(roles: string) {
  const told: { action: string; verdict?: unknown }[] = [];
  const append = (entry: { action: string }): Promise<void> => {
    told.push(entry);
    return Promise.resolve();
  };
  const record = { append } as unknown as AuditRecord; // the one method that is used
  const policy = policyOf(`roles: {collaborator: ${roles}}`);
  return { told, grounds: { record, currentPolicy: () => ({ policy, hash: 'ab' }) } };
}

describe('requireAction()', () => {
  for (const action of ['install', 'view', 'manage-workspace'] as const) {
    it(`lets only a plain yes ${action}, and puts what is refused on the record`, async () => {
      const allowed = open(`{allow: [${action}]}`);
      await requireAction(allowed.grounds, place, action);
      assert.deepEqual(allowed.told, []);
      const asked = open(`{ask: [${action}]}`);
      await assert.rejects(requireAction(asked.grounds, place, action), {
        code: 'POLICY_DENIED',
        message: /no plan to agree to/,
      });
      const denied = open('{allow: [run]}');
      await assert.rejects(requireAction(denied.grounds, place, action), { code: 'POLICY_DENIED' });
      const verdicts = [...asked.told, ...denied.told].map((entry) => [entry.action, entry.verdict]);
      assert.deepEqual(verdicts, [
        ['workspace.refused', 'ask'],
        ['workspace.refused', 'deny'],
      ]);
    });
  }
});

describe('requireInstall()', () => {
  it('leaves what has to be asked to the lease of the lock, and refuses what is denied', async () => {
    for (const roles of ['{allow: [install]}', '{ask: [install]}']) {
      const { grounds, told } = open(roles);
      await requireInstall(grounds, place);
      assert.deepEqual(told, []);
    }
    const denied = open('{allow: [view]}');
    await assert.rejects(requireInstall(denied.grounds, place), { code: 'POLICY_DENIED' });
    assert.equal(denied.told.length, 1);
  });
});
