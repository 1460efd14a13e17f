import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isUnsolvable, readUvWords } from './uv-words.ts';

const said = `warning: something else
  × No solution found when resolving dependencies:
  ╰─▶ Because only app<2 is available and you require app>=2, we can conclude that
      your requirements are unsatisfiable.
`;

test('readUvWords() leaves the sentence, without boxes and warnings', () => {
  assert.equal(
    readUvWords(said),
    'Because only app<2 is available and you require app>=2, we can conclude that your requirements are unsatisfiable.',
  );
});

test('readUvWords() knows the other form of the same', () => {
  const other = 'error: No solution found when resolving dependencies:\n  cause: Because there are no versions of dep.';
  assert.equal(readUvWords(other), 'Because there are no versions of dep.');
});

test('readUvWords() shows no address of ours and no colour', () => {
  const text = readUvWords('\u001b[31merror\u001b[0m: Failed to fetch http://127.0.0.1:8080/0a1b/simple/x/ now');
  assert.equal(text, 'error: Failed to fetch the index now');
});

test('isUnsolvable() tells that there is no solution from a failure to look for one', () => {
  assert.equal(isUnsolvable(said), true);
  assert.equal(isUnsolvable('error: Failed to fetch'), false);
});
