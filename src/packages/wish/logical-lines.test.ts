import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { joinLines } from './logical-lines.ts';
import { ProblemList } from './problem-list.ts';

function join(...lines: string[]): { joined: string[]; problems: string[] } {
  const list = new ProblemList('r.txt');
  const joined = joinLines(lines, list).map(({ text, line }) => `${line}: ${text}`);
  return { joined, problems: list.finish().map(({ line, message }) => `${line ?? '-'}: ${message}`) };
}

describe('joinLines()', () => {
  it('takes comments away where a space stands before them', () => {
    const { joined, problems } = join('# one', 'a # two', '\t# three', 'b#c', '', 'd\t#e');
    assert.deepEqual(joined, ['2: a', '4: b#c', '6: d']);
    assert.deepEqual(problems, []);
  });

  it('puts lines together, and counts them from the first', () => {
    const { joined, problems } = join('a \\', '  b \\', '\tc # why', 'd\\', ' e');
    assert.deepEqual(joined, ['1: a   b \tc', '4: d e']);
    assert.deepEqual(problems, []);
  });

  it('refuses every continuation that programs read differently', () => {
    const messages = (...lines: string[]): string => join(...lines).problems.join('; ');
    assert.match(messages('num\\', 'py'), /^2: a “\\” stands within a word$/);
    assert.match(messages('a \\', '', 'b'), /^2: .*nothing stands here$/);
    assert.match(messages('a \\', '# b', 'c'), /^2: .*a comment stands here$/);
    assert.match(messages('a \\ # b', 'c'), /^1: .*nothing stands behind it$/);
    assert.match(messages('a \\ ', 'b'), /^1: .*nothing stands behind it$/);
    assert.match(messages('a # b \\', 'c'), /^1: the comment ends/);
    assert.match(messages('a', 'b \\'), /^2: nothing follows/);
    assert.equal(messages('# b \\', 'c'), '', 'a line that is all comment goes on nowhere');
  });
});
