import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { encodeFiles, KeptFiles } from './kept-files.ts';
import { filesOf, findFile, OpenedPage, versionsOf } from './opened-page.ts';
import type { ProjectFile, ProjectPage } from './project-page.ts';

const sha256 = 'ab'.repeat(32);

function file(filename: string, words: Partial<ProjectFile> = {}): ProjectFile {
  return {
    ...{ filename, url: `https://files.test/x/${filename}`, sha256, sizeBytes: 12, yanked: false },
    ...{ uploadTime: '2024-01-02T03:04:05Z', requiresPython: '>=3.8', yankedReason: undefined, coreMetadata: 'none' },
    ...words,
  };
}

const files: readonly ProjectFile[] = [
  file('some_name-1.10-py3-none-any.whl', { coreMetadata: { sha256 } }),
  file('some_name-1.9-py3-none-any.whl', { coreMetadata: { sha256: undefined }, sizeBytes: undefined }),
  file('some-name-1.9.tar.gz', { yanked: true, yankedReason: 'böse “Zeile”\u2028', coreMetadata: 'unknown' }),
  file('some-name-latest.tar.gz', { url: 'https://other.test/download?id=1', sha256: undefined }),
  file('some-name-newest.tar.gz', { url: 'https://other.test/download/some-name-newest.tar.gz/' }),
  file('some_name-2.0rc1-py3-none-any.whl', { uploadTime: undefined, requiresPython: undefined }),
];

function pageOf(own: readonly ProjectFile[]): ProjectPage {
  const words = { name: 'some-name', index: 'default', status: 'active', digest: '', fetchedAt: '' } as const;
  return new OpenedPage({ ...words, isStale: false }, new KeptFiles(encodeFiles(own, 'some-name')));
}

describe('KeptFiles', () => {
  it('holds every file as it was, by versions in their order', () => {
    const page = pageOf(files);
    const byName = (all: readonly ProjectFile[]): ProjectFile[] =>
      all.toSorted((one, other) => (one.filename < other.filename ? -1 : 1));
    assert.deepEqual(byName(page.files), byName(files));
    assert.deepEqual(
      versionsOf(page).map(({ version, files: own }) => [version, own.length]),
      [
        ['1.9', 2],
        ['1.10', 1],
        ['2.0rc1', 1],
      ],
    );
    assert.deepEqual(versionsOf(page)[1]?.files, [files[0]]);
  });

  it('holds none', () => {
    const page = pageOf([]);
    assert.deepEqual([page.files, versionsOf(page)], [[], []]);
  });
});

describe('versionsOf()', () => {
  it('tells the same of a page that was made in another way', () => {
    const page = pageOf(files);
    const made: ProjectPage = { ...page, files };
    assert.deepEqual(
      versionsOf(made).map(({ version }) => version),
      versionsOf(page).map(({ version }) => version),
    );
  });
});

describe('filesOf()', () => {
  it('gives the same files one after the other, of a page that was made in another way too', () => {
    const page = pageOf(files);
    assert.deepEqual([...filesOf(page)], page.files);
    assert.deepEqual([...filesOf({ ...page, files })], files);
  });
});

describe('findFile()', () => {
  it('finds a file by its name and hash, whatever its version, and no other', () => {
    const page = pageOf(files);
    for (const each of files) assert.deepEqual(findFile(page, each), each);
    assert.equal(findFile(page, { filename: 'some_name-1.10-py3-none-any.whl', sha256: 'cd'.repeat(32) }), undefined);
    assert.equal(findFile(page, { filename: 'some_name-7-py3-none-any.whl', sha256 }), undefined);
  });
});
