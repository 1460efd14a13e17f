import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { checkWorkspaceName, workspaceNameSchema } from './workspace-name.ts';

const possible = ['notebook-1', 'A', '7', 'a.b_c-d', 'x'.repeat(100)];
const impossible = ['', '.', '..', '../x', 'a/b', '.hidden', '-w', 'a b', 'a\nb', 'a\u001b[2J', 'é', 'x'.repeat(101)];

describe('checkWorkspaceName()', () => {
  it('gives a name back that a workspace can have', () => {
    for (const name of possible) assert.equal(checkWorkspaceName(name), name);
  });

  it('refuses what could lead elsewhere, or be taken for something else, and says what would do', () => {
    for (const name of impossible) {
      assert.throws(() => checkWorkspaceName(name), { code: 'USAGE', hint: /^A name must be letters, digits/ }, name);
    }
    assert.throws(() => checkWorkspaceName(''), { message: 'a workspace needs a name' });
  });

  it('repeats no more of a long name than fits a line', () => {
    assert.throws(
      () => checkWorkspaceName('y'.repeat(10_000)),
      ({ message }: Error) => message.length < 200,
    );
  });
});

describe('workspaceNameSchema', () => {
  it('takes the same names', () => {
    for (const name of possible) assert.ok(workspaceNameSchema.safeParse(name).success);
    for (const name of impossible) assert.ok(!workspaceNameSchema.safeParse(name).success);
  });
});
