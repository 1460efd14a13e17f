import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { BelljarError, type ErrorCode } from '../../errors.ts';
import { readScriptMetadata, requireMet } from './script-metadata.ts';

function script(...lines: string[]): string {
  return [
    '#!/usr/bin/env python3',
    '# /// script',
    ...lines.map((line) => `# ${line}`.trimEnd()),
    '# ///',
    'print(1)',
  ].join('\n');
}

function refusal(action: () => unknown): BelljarError {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof BelljarError);
    return error;
  }
  throw new Error('it was taken');
}

describe('readScriptMetadata()', () => {
  it('finds nothing in a file without a block', () => {
    for (const code of [
      '',
      'print(1)',
      '# /// pyproject\n# a = 1\n# ///',
      '# /// script',
      '# /// script\n# a = 1',
      ' # /// script\n # ///',
    ]) {
      assert.equal(readScriptMetadata(code), undefined, code);
    }
  });

  it('reads the example of the PEP', () => {
    const code = script('requires-python = ">=3.11"', 'dependencies = [', '  "requests<3", # why', '  "rich",', ']');
    assert.deepEqual(readScriptMetadata(code), { requiresPython: '>=3.11', dependencies: ['requests<3', 'rich'] });
    assert.deepEqual(readScriptMetadata(code.replaceAll('\n', '\r\n'))?.dependencies, ['requests<3', 'rich']);
  });

  it('reads strings of every kind and passes over what it need not know', () => {
    const { dependencies } = readScriptMetadata(
      script(
        'other = {a = [1, 2.5, "x"], b.c = 1979-05-27 07:32:00}',
        'flag = true',
        "dependencies = ['a', \"b\\u0041\", '''c''', \"\"\"d\\",
        '  e"""]',
        '',
        '[tool.uv]',
        'dependencies = "not these"',
      ),
    ) ?? { dependencies: [] };
    assert.deepEqual(dependencies, ['a', 'bA', 'c', 'de']);
  });

  it('takes the last closing line of the comment, as the PEP wants it', () => {
    const code = script('dependencies = []', '///', 'x = 1');
    assert.match(refusal(() => readScriptMetadata(code)).message, /line 2/);
  });

  it('refuses what cannot be read, with the place', () => {
    const cases: Record<string, RegExp> = {
      'dependencies = "a"': /no list of text/,
      'dependencies = [1]': /no list of text/,
      'requires-python = 3': /no text/,
      'dependencies = ["a"': /line \d/,
      'dependencies = ["a]': /a string does not end/,
      dependencies: /“=”/,
      'a = 1\n# a = 2': /twice/,
      'a = "\\q"': /stands before nothing/,
    };
    for (const [line, expected] of Object.entries(cases)) {
      const error = refusal(() => readScriptMetadata(script(line)));
      assert.equal(error.code, 'USAGE');
      assert.match(error.message, expected, line);
    }
    assert.match(
      refusal(() => readScriptMetadata(`a = ${'['.repeat(9)}\n${script('a = 1')}\n${script('a = 1')}`)).message,
      /twice/,
    );
    assert.match(refusal(() => readScriptMetadata(script(`a = ${'['.repeat(999)}`))).message, /nested/);
  });
});

describe('requireMet()', () => {
  const codeOf = (requiresPython: string | undefined, ...dependencies: string[]): ErrorCode =>
    refusal(() => requireMet({ requiresPython, dependencies }, '3.11.2')).code;

  it('takes a script that asks for nothing, or for this Python', () => {
    requireMet({ dependencies: [] }, '3.11.2');
    requireMet({ requiresPython: '>=3.9,<4', dependencies: [] }, '3.11.2');
  });

  it('names the way to see what packages would come to', () => {
    const hintOf = (file?: string): string | undefined =>
      refusal(() => requireMet({ dependencies: ['numpy'] }, '3.11.2', { file })).hint;
    assert.match(hintOf('report.py') ?? '', /belljar plan -r report\.py$/);
    assert.match(hintOf() ?? '', /belljar plan REQUIREMENT…$/);
  });

  it('refuses another Python, packages, and what is no range', () => {
    assert.equal(codeOf('>=3.12'), 'PYTHON_NOT_FOUND');
    assert.equal(codeOf('new'), 'USAGE');
    assert.equal(codeOf('>=3.9', 'numpy'), 'PACKAGES_UNAVAILABLE');
  });
});
