import assert from 'node:assert/strict';
import { test } from 'node:test';

import { namespaceOf, namespacesOf, ownerName } from './namespace.ts';

const ada = { id: 'ada', kind: 'user' } as const;
const bob = { id: 'bob', kind: 'user' } as const;
const owner = { actor: ada, role: 'owner', workspace: 'skill' } as const;
const collaborator = { actor: bob, role: 'collaborator', workspace: 'skill' } as const;

test('namespaceOf() knows one for all where the installation shares', () => {
  assert.equal(namespaceOf('installation', { asker: owner }), namespaceOf('installation', { asker: collaborator }));
});

test('namespaceOf() has the workspaces of an owner share, whoever of its members asks', () => {
  const known = { owner: ownerName(ada) };
  assert.equal(namespaceOf('owner', { asker: owner }), 'owner user ada');
  assert.equal(namespaceOf('owner', { asker: collaborator, ...known }), 'owner user ada');
  assert.equal(namespaceOf('owner', { asker: { ...owner, workspace: 'other' } }), 'owner user ada');
  assert.equal(
    namespaceOf('owner', { asker: { ...owner, actor: bob }, ...known }),
    'owner user ada',
    'not whoever says so',
  );
});

test('namespaceOf() lets nobody share a workspace whose owner is not known', () => {
  assert.equal(namespaceOf('owner', { asker: collaborator }), 'workspace skill');
});

test('namespaceOf() keeps workspaces apart, and what belongs to none with who asked', () => {
  assert.equal(namespaceOf('workspace', { asker: owner }), 'workspace skill');
  assert.notEqual(namespaceOf('workspace', { asker: { ...owner, workspace: 'other' } }), 'workspace skill');
  const alone = { actor: bob, role: 'collaborator' } as const;
  assert.equal(namespaceOf('workspace', { asker: alone }), 'owner user bob');
  assert.equal(namespaceOf('owner', { asker: alone }), 'owner user bob');
});

test('namespacesOf() lets nobody name what is neither of his place nor his own', () => {
  const others = namespacesOf('workspace', { asker: { ...collaborator, workspace: 'other' }, owner: ownerName(ada) });
  assert.deepEqual([...others].sort(), ['owner user bob', 'workspace other']);
  const members = namespacesOf('owner', { asker: collaborator, owner: ownerName(ada) });
  assert.deepEqual([...members].sort(), ['owner user ada', 'owner user bob', 'workspace skill']);
  assert.ok(namespacesOf('installation', { asker: collaborator }).has('installation'));
  assert.ok(!namespacesOf('owner', { asker: collaborator }).has('installation'), 'where it is shared no more');
});

test('ownerName() tells a user from a service of the same id', () => {
  assert.notEqual(ownerName(ada), ownerName({ id: 'ada', kind: 'service' }));
});
