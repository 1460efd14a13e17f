import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { demandFolder, demandPath, isPlainName, isWorkspacePath } from './workspace-path.ts';

describe('isWorkspacePath()', () => {
  const good = ['a', 'a/b.txt', 'ü/日本 👩‍💻.txt', '.hidden', 'a\\b', '-rf', 'x'.repeat(255), '...'];
  for (const path of good) {
    it(`takes ${JSON.stringify(path.slice(0, 30))}`, () => assert.ok(isWorkspacePath(path)));
  }

  const bad = ['', '/', '/a', 'a/', 'a//b', '.', '..', '../a', 'a/../b', 'a\0', 'a\nb', 'a\u001b[2J', 'a\u202eb'];
  const long = [
    'x'.repeat(256),
    'é'.repeat(128),
    'a/'.repeat(64) + 'a',
    `${'x'.repeat(200)}/`.repeat(30) + 'x',
    '\ud800',
  ];
  for (const path of [...bad, ...long]) {
    it(`refuses ${JSON.stringify(path.slice(0, 30))}`, () => assert.ok(!isWorkspacePath(path)));
  }
});

describe('demandPath()', () => {
  it('throws what a caller can understand', () => {
    assert.equal(demandPath('a/b'), 'a/b');
    assert.throws(() => demandPath('../x'), { code: 'USAGE', message: /"\.\.\/x" is no path below the workspace/ });
  });

  it('takes the workspace itself only where a folder is wanted', () => {
    assert.equal(demandFolder(''), '');
    assert.throws(() => demandPath(''), { code: 'USAGE' });
  });
});

describe('isPlainName()', () => {
  it('takes no path for a name', () => {
    assert.ok(isPlainName('a'));
    assert.ok(!isPlainName('a/b'));
  });
});
