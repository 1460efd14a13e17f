import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { readEntryPoints } from './entry-points.ts';

function problem(line: string): string {
  return readEntryPoints(`[console_scripts]\n${line}\n`, 'acme').problems[0]?.message ?? '';
}

describe('readEntryPoints()', () => {
  it('reads programs, and passes over what becomes none', () => {
    const text = `# a comment\n[console_scripts]\nacme = acme.cli:main\nacme-x=acme:Main.run [extra] ; why\n
[gui_scripts]\nacme-window = acme:show\n\n[acme.plugins]\nany thing = at:all:here\nno line\n`;
    const { entryPoints, problems } = readEntryPoints(text, 'acme');
    assert.deepEqual(problems, []);
    assert.deepEqual(entryPoints, [
      { name: 'acme', target: 'acme.cli:main', isGraphical: false },
      { name: 'acme-x', target: 'acme:Main.run [extra]', isGraphical: false },
      { name: 'acme-window', target: 'acme:show', isGraphical: true },
    ]);
  });

  it('refuses programs that are a line of code, or nothing', () => {
    for (const target of ['os:system("x")', 'acme', 'acme:', ':main', 'acme:main; import evil', 'acme.1:main', '']) {
      assert.match(problem(`acme = ${target}`), /stands for no function/, target);
    }
    assert.match(problem('acme'), /no line that can be read/);
  });

  it('refuses names that are taken, or no names', () => {
    assert.match(problem('python = acme:main'), /count on/);
    assert.match(problem('../acme = acme:main'), /no name/);
    assert.match(problem('acme = a:b\nACME = a:b'), /ACME is there twice/);
  });

  it('keeps a bound', () => {
    const text = `[console_scripts]\n${Array.from({ length: 1100 }, (_, index) => `acme${index} = a:b\n`).join('')}`;
    const { entryPoints, problems } = readEntryPoints(text, 'acme');
    assert.deepEqual([entryPoints.length, problems.length], [1000, 20]);
  });
});
