import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { describeTarget } from '../resolve/index.ts';
import type { ProjectFile, ProjectPage } from '../upstream/index.ts';
import { fittingAbove, fittingBelow } from './fitting-versions.ts';

const traits = describeTarget({ pythonVersion: '3.11.4', platform: 'x86_64-unknown-linux-gnu' });

function pageOf(files: readonly (string | Partial<ProjectFile>)[]): ProjectPage {
  const full = files.map((file): ProjectFile => {
    const words = typeof file === 'string' ? { filename: `dep-${file}-py3-none-any.whl` } : file;
    return { filename: '', url: '', yanked: false, coreMetadata: 'none', ...words };
  });
  return { name: 'dep', index: 'default', status: 'active', files: full, digest: '', fetchedAt: '', isStale: false };
}

function around(page: ProjectPage, version: string): { above: string[]; below: string[] } {
  const names = (found: Iterable<{ readonly version: string }>): string[] => [...found].map((each) => each.version);
  const options = { traits, version };
  return { above: names(fittingAbove(page, options)), below: names(fittingBelow(page, options)) };
}

describe('fittingAbove() and fittingBelow()', () => {
  it('list what a target can take around a version, the newest first, in the order of PEP 440', () => {
    const page = pageOf(['1.10', '1.9', '2.0rc1', '2.0', '1.9.post1', '1!0.1', '0.5']);
    assert.deepEqual(around(page, '1.9.post1'), { above: ['1!0.1', '2.0', '2.0rc1', '1.10'], below: ['1.9', '0.5'] });
    assert.deepEqual(around(page, '1!0.1').above, []);
    assert.deepEqual(around(page, '0.1').below, []);
  });

  it('leave out what the target cannot take, and take the wheel that fits it best', () => {
    const page = pageOf([
      { filename: 'dep-3.0-py3-none-any.whl', requiresPython: '>=3.12' },
      { filename: 'dep-2.0-py3-none-any.whl', requiresPython: '>=3.8' },
      { filename: 'dep-2.0-cp311-cp311-manylinux_2_17_x86_64.whl' },
      { filename: 'dep-2.1.tar.gz' },
      { filename: 'dep-2.2-cp312-cp312-manylinux_2_17_x86_64.whl' },
      { filename: 'dep-2.3-cp311-cp311-win_amd64.whl' },
    ]);
    const found = [...fittingAbove(page, { traits, version: '1.0' })];
    assert.deepEqual(
      found.map(({ file }) => file.filename),
      ['dep-2.0-cp311-cp311-manylinux_2_17_x86_64.whl'],
    );
  });

  it('say nothing of versions that nobody can put in an order', () => {
    const page = pageOf(['1.0', 'latest', '2.0']);
    assert.deepEqual(around(page, '1.0'), { above: ['2.0'], below: [] });
    assert.deepEqual(around(page, 'latest'), { above: [], below: [] });
  });
});
