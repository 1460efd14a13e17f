import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { parsePolicy } from '../../policy/index.ts';
import type { Grounds } from '../gate/index.ts';
import { describeTarget } from '../resolve/index.ts';
import type { ProjectFile, ProjectPage } from '../upstream/index.ts';
import { findHeldBack, listAround } from './other-versions.ts';

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

describe('listAround()', () => {
  it('lists twenty versions below and ten above, without those that were taken back', () => {
    const numbers = Array.from({ length: 60 }, (_, index) => wheel(`${index}.0`));
    const page = pageOf(...numbers, { ...wheel('29.5'), yanked: true });
    const around = listAround(page, { traits, version: '30.0' }).map(({ version }) => version);
    assert.deepEqual(
      [around[0], around[19], around[20], around[29], around.length],
      ['10.0', '29.0', '31.0', '40.0', 30],
    );
  });
});
