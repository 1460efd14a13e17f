import assert from 'node:assert/strict';
import { test } from 'node:test';

import { policyOf } from '../../test/policy/good-facts.ts';
import { type Role, roleNames } from '../words.ts';
import { decideAction } from './decide-action.ts';
import type { Actor } from './reason.ts';
import { type Action, actions } from './roles-schema.ts';

const user: Actor = { id: 'user-1', kind: 'user' };
const linked: Actor = { id: 'link-1', kind: 'anonymous' };
const byDefault = policyOf();

test('by default each role may do what it should and nothing else', () => {
  const granted: Readonly<Record<Role, readonly Action[]>> = {
    operator: actions,
    owner: ['view', 'run', 'plan', 'install', 'export', 'manage-workspace', 'manage-plugins'],
    collaborator: ['view', 'run', 'plan', 'install', 'export'],
    viewer: ['view'],
    anonymous: [],
  };
  for (const role of roleNames) {
    for (const action of actions) {
      const { verdict } = decideAction({ policy: byDefault, actor: user, role, action });
      assert.equal(verdict, granted[role].includes(action) ? 'allow' : 'deny', `${role} ${action}`);
    }
  }
});

test('an actor who is anonymous is so in every role', () => {
  for (const role of roleNames) {
    for (const action of actions) {
      const decision = decideAction({ policy: byDefault, actor: linked, role, action });
      assert.equal(decision.verdict, 'deny');
      assert.equal(decision.reason.rule, 'roles.anonymous');
    }
  }
  const open = policyOf('roles: {anonymous: {allow: [view]}}');
  assert.equal(decideAction({ policy: open, actor: linked, role: 'owner', action: 'view' }).verdict, 'allow');
});

test('a role that the section does not list may do nothing', () => {
  const policy = policyOf('roles: {owner: {allow: [run]}}');
  assert.equal(decideAction({ policy, actor: user, role: 'owner', action: 'run' }).verdict, 'allow');
  assert.equal(decideAction({ policy, actor: user, role: 'owner', action: 'install' }).verdict, 'deny');
  assert.equal(decideAction({ policy, actor: user, role: 'operator', action: 'run' }).verdict, 'deny');
});

test('ask beats allow for an action that stands in both', () => {
  const policy = policyOf('roles: {owner: {allow: [export, run], ask: [export]}}');
  const decision = decideAction({ policy, actor: user, role: 'owner', action: 'export' });
  assert.equal(decision.verdict, 'ask');
  assert.equal(decision.reason.rule, 'roles.owner.ask');
});

test('the reason names who asked, and who may', () => {
  const { reason } = decideAction({ policy: byDefault, actor: user, role: 'viewer', action: 'install' });
  assert.equal(
    reason.message,
    'user-1 (viewer) may not install packages: the policy grants it to operator, owner, collaborator',
  );
  const nobody = decideAction({ policy: policyOf('roles: {}'), actor: user, role: 'owner', action: 'run' });
  assert.match(nobody.reason.message, /grants it to nobody/);
});
