import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { parsePolicy } from '../../policy/index.ts';
import type { Grounds } from '../gate/index.ts';
import { describeTarget } from '../resolve/index.ts';
import type { ProjectFile, ProjectPage } from '../upstream/index.ts';
import { findHeldBack, listVersions } from './other-versions.ts';

const traits = describeTarget({ pythonVersion: '3.11.4', platform: 'x86_64-unknown-linux-gnu' });

function pageOf(...files: readonly (Partial<ProjectFile> & { readonly filename: string })[]): ProjectPage {
  const full = files.map((file, index): ProjectFile => {
    const sha256 = String(index).padStart(64, '0');
    return { url: '', sha256, uploadTime: '2020-01-01T00:00:00Z', yanked: false, coreMetadata: 'none', ...file };
  });
  return { name: 'dep', index: 'default', status: 'active', files: full, digest: '', fetchedAt: '', isStale: false };
}

function groundsOf(packages: string, asOf = '2026-06-15T00:00:00Z'): Grounds {
  const reading = parsePolicy(`version: 1\npackages: ${packages}\n`, 'test.yaml');
  if (!reading.ok) assert.fail(JSON.stringify(reading.problems));
  const now = new Date('2026-06-15T12:00:00Z');
  return { policy: reading.policy, policyHash: reading.hash, now, advisories: { asOf, find: () => [] } };
}

const wheel = (version: string): { filename: string } => ({ filename: `dep-${version}-py3-none-any.whl` });

describe('listVersions()', () => {
  it('lists what a target can take, in the order of versions', () => {
    const page = pageOf(
      wheel('1.10'),
      wheel('1.9'),
      { ...wheel('3.0'), requiresPython: '>=3.12' },
      { ...wheel('2.0'), requiresPython: '>=3.8' },
      { filename: 'dep-4.0.tar.gz' },
      { filename: 'dep-5.0-cp312-cp312-manylinux_2_17_x86_64.whl' },
    );
    assert.deepEqual(
      listVersions(page, traits).map(({ version }) => version),
      ['1.9', '1.10', '2.0'],
    );
  });
});

describe('listVersions() for the same page', () => {
  it('tells targets apart, and pages of other files', () => {
    const page = pageOf({ filename: 'dep-1.0-cp311-cp311-win_amd64.whl' }, wheel('2.0'));
    const count = (platform: string): number =>
      listVersions(page, describeTarget({ pythonVersion: '3.11', platform })).length;
    assert.deepEqual([count('windows'), count('linux'), count('windows')], [2, 1, 2]);
    assert.deepEqual(listVersions({ ...page, files: [] }, traits), []);
  });
});

describe('findHeldBack()', () => {
  const page = pageOf(wheel('1.0'), wheel('2.0'), { ...wheel('2.1'), yanked: true }, wheel('3.0'));

  it('tells the newer versions that the policy keeps away, the newest first', async () => {
    const held = await findHeldBack(page, { traits, grounds: groundsOf('{deny: [dep>=2]}'), version: '1.0' });
    assert.deepEqual(
      held.map(({ version, reasons }) => [version, reasons[0]?.rule]),
      [
        ['3.0', 'packages.deny[0]'],
        ['2.0', 'packages.deny[0]'],
      ],
    );
  });

  it('tells nothing of what is allowed, older, or kept away by old advisory data, as is the one that was taken', async () => {
    const options = { traits, version: '2.0' };
    assert.deepEqual(await findHeldBack(page, { ...options, grounds: groundsOf('{}') }), []);
    assert.deepEqual(await findHeldBack(page, { ...options, grounds: groundsOf('{deny: [dep<2]}') }), []);
    const stale = groundsOf('{}', '2020-01-01T00:00:00Z');
    assert.deepEqual(await findHeldBack(page, { ...options, grounds: stale }), []);
  });
});
