import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { findScriptBlocks } from './script-block.ts';
import { formatWish, readScript, type WishReading } from './index.ts';

function read(...block: string[]): WishReading {
  const code = [
    '#!/usr/bin/env python3',
    '# /// script',
    ...block.map((line) => `# ${line}`.trimEnd()),
    '# ///',
    'x = 1',
  ];
  const reading = readScript(code.join('\n'), { from: 's.py' });
  assert.ok(reading);
  return reading;
}

describe('readScript()', () => {
  it('finds no wish in a script without a block', () => {
    assert.equal(readScript('print(1)', { from: 's.py' }), undefined);
  });

  it('reads requirements with the lines of the script', () => {
    const { requirements, requiresPython, problems } = read(
      'requires-python = ">=3.11"',
      'dependencies = [',
      '  "requests<3",',
      '  "Rich",',
      ']',
    );
    assert.deepEqual(problems, []);
    assert.equal(requiresPython, '>=3.11');
    assert.equal(formatWish(requirements), 'requests<3\nrich\n');
    assert.deepEqual(
      requirements.map(({ source }) => source),
      [
        { from: 's.py', line: 5 },
        { from: 's.py', line: 6 },
      ],
    );
    assert.deepEqual(read('# nothing').requirements, []);
  });

  it('refuses all that is wrong, with the lines of the script', () => {
    const { problems } = read(
      'requires-python = 3',
      'dependencies = [',
      '  "-r x",',
      '  "a\u202eb",',
      '  "core",',
      ']',
      '[tool.uv.sources]',
      'core = {path = "."}',
    );
    assert.deepEqual(
      problems.map(({ line, message }) => `${line}: ${message}`),
      [
        '3: requires-python is no text',
        '5: “-r” is an option; none but --hash is taken',
        '6: U+202E changes the direction in which text is shown',
        '6: “\u202e” (U+202E) cannot stand here',
        '10: tool.uv.sources takes core from somewhere else than the index, and that is not followed',
      ],
    );
    assert.match(read('dependencies = [').problems[0]?.message ?? '', /value is missing|does not end/);
  });

  it('refuses a second block', () => {
    const block = '# /// script\n# dependencies = []\n# ///\n';
    const reading = readScript(`${block}\n${block}`, { from: 's.py' });
    assert.deepEqual(
      reading?.problems.map(({ line }) => line),
      [5],
    );
    assert.deepEqual(readScript(block, { from: 's.py' })?.problems, []);
  });
});

describe('findScriptBlocks()', () => {
  it('needs no longer than a moment for many openings that nothing closes', () => {
    assert.deepEqual(findScriptBlocks('# /// script\n'.repeat(300_000)), []);
    assert.equal(findScriptBlocks('# /// script\n# x\n# ///\n\n# /// script\n# y\n# ///').length, 2);
  });
});
