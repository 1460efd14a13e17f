import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { ProjectFile, ProjectPage } from '../upstream/index.ts';
import type { TargetTraits } from './target.ts';
import { narrowPage, pinsOf, viewName } from './view.ts';

const traits: TargetTraits = { pythonVersion: '3.12.4', minor: 12, system: 'linux', machine: 'x86_64', isMusl: false };

function pageOf(...filenames: readonly string[]): ProjectPage {
  const files = filenames.map((filename, index): ProjectFile => {
    const sha256 = String(index).padStart(64, '0');
    return { filename, url: '', sha256, yanked: false, coreMetadata: 'none' };
  });
  return { name: 'a', index: 'default', status: 'active', files, digest: '', fetchedAt: '', isStale: false };
}

async function namesOf(
  page: ProjectPage,
  pins: ReadonlyMap<string, ReadonlySet<string>> = new Map(),
): Promise<string[]> {
  return (await narrowPage(page, { traits, pins })).files.map(({ filename }) => filename);
}

describe('narrowPage()', () => {
  it('leaves of each version what the target can take', async () => {
    const fitting = ['a-1.0-cp312-cp312-manylinux_2_17_x86_64.whl', 'a-1.0-py3-none-any.whl'];
    assert.deepEqual(await namesOf(pageOf('a-1.0-cp312-cp312-win_amd64.whl', ...fitting, 'a-1.0.tar.gz')), fitting);
  });

  it('leaves one file of a version that has nothing for the target, so that it is not as if it never was', async () => {
    const page = pageOf('a-1.0-cp312-cp312-win_amd64.whl', 'a-1.0.tar.gz', 'a-2.0.tar.gz');
    assert.deepEqual(await namesOf(page), ['a-1.0-cp312-cp312-win_amd64.whl', 'a-2.0.tar.gz']);
  });

  it('leaves the source of a version that has no wheel for the target, where sources are taken', async () => {
    const wheel = 'a-1.0-cp312-cp312-manylinux_2_17_x86_64.whl';
    const page = pageOf(wheel, 'a-1.0.tar.gz', 'a-2.0-cp312-cp312-win_amd64.whl', 'a-2.0.tar.gz', 'a-3.0.tar.gz');
    const { files } = await narrowPage(page, { traits, pins: new Map(), takesSources: true });
    const left = [wheel, 'a-2.0-cp312-cp312-win_amd64.whl', 'a-2.0.tar.gz', 'a-3.0.tar.gz'];
    assert.deepEqual(
      files.map(({ filename }) => filename),
      left,
    );
  });

  it('leaves nothing that was for older Pythons alone, and what is for newer ones for an explanation', async () => {
    const page = pageOf('a-1.0-py3-none-any.whl', 'a-2.0-py3-none-any.whl', 'a-3.0-py3-none-any.whl');
    const ranges = ['>=3.8,<4', '>=3.8,<3.12', '>=3.13'];
    const files = page.files.map((file, index) => ({ ...file, requiresPython: ranges[index] ?? '' }));
    assert.deepEqual(await namesOf({ ...page, files }), ['a-1.0-py3-none-any.whl', 'a-3.0-py3-none-any.whl']);
  });

  it('leaves nothing without a hash or a version', async () => {
    const page = pageOf('a-1.0-py3-none-any.whl', 'a-1.0.win32.exe');
    const [first] = page.files;
    assert.ok(first !== undefined);
    const { sha256: _hash, ...unhashed } = first;
    assert.deepEqual(await namesOf(page), ['a-1.0-py3-none-any.whl']);
    assert.deepEqual(await namesOf({ ...page, files: [unhashed] }), []);
  });

  it('leaves only what a wish pins', async () => {
    const page = pageOf('a-1.0-py3-none-any.whl', 'a-2.0-py3-none-any.whl');
    const pins = pinsOf([{ name: 'a', sha256s: [page.files[0]?.sha256 ?? ''] }]);
    assert.deepEqual(await namesOf(page, pins), ['a-1.0-py3-none-any.whl']);
  });
});

describe('pinsOf()', () => {
  it('lets only pass what every requirement of a name pins', () => {
    const pins = pinsOf([
      { name: 'a', sha256s: ['1', '2'] },
      { name: 'a', sha256s: [] },
      { name: 'a', sha256s: ['2', '3'] },
      { name: 'b', sha256s: [] },
    ]);
    assert.deepEqual(
      [...pins].map(([name, hashes]) => [name, ...hashes]),
      [['a', '2']],
    );
  });
});

describe('viewName()', () => {
  it('is short, fit for an address, and another for other parts', () => {
    assert.match(viewName('a', 'b'), /^[0-9a-f]{24}$/);
    assert.notEqual(viewName('a', 'b'), viewName('a', 'c'));
  });
});
