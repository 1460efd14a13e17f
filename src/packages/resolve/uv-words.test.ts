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

test('isUnsolvable() knows the end of a long explanation, of which the beginning is lost', () => {
  const end =
    'epends on dep>=2\n      and you require dep<2, we can conclude that your\n      requirements are unsatisfiable.\n';
  assert.equal(isUnsolvable(end), true);
});

test('readUvWords() keeps the end of what is long, from the beginning of a sentence on', () => {
  const long = `${'Because a needs b, c follows. '.repeat(200)}And so your requirements are unsatisfiable.`;
  const words = readUvWords(long);
  assert.ok(words.length <= 2002);
  assert.match(words, /^… Because a needs b, .* And so your requirements are unsatisfiable\.$/);
});
