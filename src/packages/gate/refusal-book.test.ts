import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { JudgedFile } from './judge-page.ts';
import { noteFile, noteHidden, RefusalBook } from './refusal-book.ts';

function judged(version: string, message: string, filename = `acme-${version}-py3-none-any.whl`): JudgedFile {
  const reasons = [{ rule: 'packages.deny[0]', verdict: 'deny', matched: 'acme', message, path: [] }];
  return { version, verdict: 'deny', isWheel: true, file: { filename }, reasons } as unknown as JudgedFile;
}

describe('noteHidden()', () => {
  it('notes a version once for each set of rules, the last of the page first', () => {
    const notes = noteHidden([judged('1.0', 'no'), judged('2.0', 'no'), judged('2.0', 'no')], new Set());
    assert.deepEqual(
      notes.map(({ version }) => version),
      ['2.0', '1.0'],
    );
  });

  it('lets nothing of a package reach who reads it but what can be seen', () => {
    const [note] = noteHidden([judged('1.0', 'evil \u001b[31m\u202e name')], new Set());
    assert.equal(note?.reasons[0]?.message, 'evil \\u001b[31m\\u202e name');
    assert.equal(noteFile(judged('1.0', 'a\u0007b'), 'deny').reasons[0]?.message, 'a\\u0007b');
  });
});

describe('RefusalBook', () => {
  it('keeps what a page said last, and forgets a page of which nothing is refused any more', () => {
    const book = new RefusalBook();
    const at = new Date('2026-01-01T00:00:00Z');
    book.note('acme', { at, project: 'acme', notes: noteHidden([judged('1.0', 'no')], new Set()) });
    book.note('other', { at, project: 'other', notes: noteHidden([judged('3.0', 'no')], new Set()) });
    assert.deepEqual(
      book.list().map(({ project, version }) => [project, version]),
      [
        ['other', '3.0'],
        ['acme', '1.0'],
      ],
    );
    book.note('acme', { at, project: 'acme', notes: [] });
    assert.deepEqual(
      book.list().map(({ project }) => project),
      ['other'],
    );
  });

  it('is bounded: the page that was asked for longest ago goes first', () => {
    const book = new RefusalBook();
    for (let number = 0; number < 401; number += 1) {
      const notes = noteHidden([judged('1.0', 'no')], new Set());
      book.note(`p${number}`, { at: new Date(0), project: `p${number}`, notes });
    }
    const projects = book.list().map(({ project }) => project);
    assert.deepEqual([projects.length, projects.at(-1)], [400, 'p1']);
  });
});
