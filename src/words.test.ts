import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parseDefaultPolicy } from './policy/index.ts';
import { roleNames } from './words.ts';

test('the policy knows every role by its name', () => {
  assert.deepEqual(Object.keys(parseDefaultPolicy().policy.roles).sort(), [...roleNames].sort());
});
