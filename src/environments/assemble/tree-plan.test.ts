import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { type TreeEntry, TreePlan } from './tree-plan.ts';

const file = (sha256: string, isExecutable = false): TreeEntry => {
  return { kind: 'stored', from: `/store/${sha256}`, sha256, sizeBytes: 1, isExecutable };
};
const text = (content: string): TreeEntry => {
  return { kind: 'written', content: Buffer.from(content), isExecutable: false };
};

type Claiming = readonly [path: string, owner: string, entry: TreeEntry];

function planOf(...claims: readonly Claiming[]): TreePlan {
  const plan = new TreePlan();
  for (const [path, owner, entry] of claims) plan.claim({ path, owner, entry });
  return plan;
}

function assertCollision(path: string, ...claims: readonly Claiming[]): void {
  assert.throws(() => planOf(...claims), { code: 'PACKAGES_COLLIDE', details: { path, owners: ['one 1', 'two 2'] } });
}

describe('TreePlan', () => {
  it('names every folder once, parents first', () => {
    const plan = planOf(['a/b/c', 'one 1', file('x')], ['a/d', 'two 2', file('y')], ['e', 'two 2', file('z')]);
    assert.deepEqual(plan.folders, ['a', 'a/b']);
    assert.deepEqual(
      plan.entries.map(([path]) => path),
      ['a/b/c', 'a/d', 'e'],
    );
  });

  it('lets two owners bring the same file', () => {
    assert.equal(planOf(['a', 'one 1', file('x')], ['a', 'two 2', file('x')]).entries.length, 1);
    assert.equal(planOf(['a', 'one 1', text('x')], ['a', 'two 2', text('x')]).entries.length, 1);
  });

  it('refuses two that differ, in bytes, in mode or in kind, and names both', () => {
    assertCollision('a', ['a', 'one 1', file('x')], ['a', 'two 2', file('y')]);
    assertCollision('a', ['a', 'one 1', file('x')], ['a', 'two 2', file('x', true)]);
    assertCollision('a', ['a', 'one 1', text('x')], ['a', 'two 2', text('y')]);
    assertCollision('a', ['a', 'one 1', text('x')], ['a', 'two 2', file('x')]);
    assertCollision('a', ['a', 'one 1', { kind: 'pointer', target: 'b' }], ['a', 'two 2', text('x')]);
  });

  it('refuses a file where another has a folder, from both sides', () => {
    assertCollision('a', ['a', 'one 1', file('x')], ['a/b', 'two 2', file('y')]);
    assertCollision('a', ['a/b/c', 'one 1', file('x')], ['a', 'two 2', file('y')]);
    assertCollision('a', ['a', 'one 1', { kind: 'pointer', target: 'b' }], ['a/b', 'two 2', file('y')]);
  });

  it('takes the later of two by one owner', () => {
    const [[, entry] = []] = planOf(['a', 'one 1', text('x')], ['a', 'one 1', text('y')]).entries;
    assert.deepEqual(entry, text('y'));
  });

  it('puts something in the place of another owner’s only when told to', () => {
    const plan = planOf(['a', 'one 1', text('x')]);
    plan.replace({ path: 'a', owner: 'two 2', entry: text('y') });
    assert.deepEqual(plan.entries, [['a', text('y')]]);
  });

  it('keeps its own folder for itself', () => {
    for (const path of ['.belljar', '.belljar/x']) {
      assert.throws(() => planOf([path, 'one 1', text('x')]), {
        code: 'PACKAGES_COLLIDE',
        message: /itself and one 1/,
      });
    }
    assert.equal(planOf(['.belljarred', 'one 1', text('x')]).entries.length, 1);
  });

  for (const path of ['', '/a', 'a/', '../a', 'a/../b', 'a/./b', '.', '..', 'a//b', 'a/..', 'a\0b']) {
    it(`takes nothing by the name ${JSON.stringify(path)}`, () => {
      assert.throws(() => planOf([path, 'one 1', text('x')]), { code: 'INTERNAL' });
    });
  }

  it('takes names that only look like those', () => {
    for (const path of ['...', 'a/...', '.a', 'a..', '..a/b'])
      assert.equal(planOf([path, 'o', text('')]).entries.length, 1);
  });
});
