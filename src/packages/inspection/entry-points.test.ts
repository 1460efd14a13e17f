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

  it('refuses what some read as a section, and others as a comment or a program', () => {
    const hidden = (before: string): string | undefined => readEntryPoints(before, 'acme').problems[0]?.message;
    for (const end of ['\f', '\v', '\r', '\u001c', '\u0085', '\u2028', '\u2029']) {
      const text = `# plain${end}[console_scripts]${end}bash = acme:main`;
      assert.match(hidden(text) ?? '', /end a line for some/, JSON.stringify(end));
    }
    assert.match(hidden('[console_scripts]\n\ufeff[other]\nbash = acme:main') ?? '', /end a line for some/);
    for (const section of ['[[console_scripts]]', '[console_scripts] x', '  [other]', '[a#b]', '[', '[]', '[a;b]']) {
      assert.match(hidden(`[console_scripts]\n${section}\nacme = acme:main`) ?? '', /read in two ways/, section);
    }
    assert.match(hidden('[DEFAULT]\nbash = acme:main\n[console_scripts]\n') ?? '', /DEFAULT/);
    assert.match(hidden('[console_scripts]\n;../bash = acme:main\n') ?? '', /no name for a program/);
    for (const plain of ['# a [comment]\r\n[ a.b-c:d ]\r\nx = y\tz\r\n', '; why\n[pytest11]\n', '[défaut]\n']) {
      assert.equal(hidden(plain), undefined, plain);
    }
  });

  it('keeps a bound', () => {
    const text = `[console_scripts]\n${Array.from({ length: 1100 }, (_, index) => `acme${index} = a:b\n`).join('')}`;
    const { entryPoints, problems } = readEntryPoints(text, 'acme');
    assert.deepEqual([entryPoints.length, problems.length], [1000, 20]);
  });
});
