import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { parsePolicy } from '../../policy/index.ts';
import type { Grounds } from '../gate/index.ts';
import type { ProjectFile, ProjectPage } from '../upstream/index.ts';
import { policyView, type ViewScope } from './policy-view.ts';

const now = new Date('2026-06-15T12:00:00Z');

function groundsOf(packages: string, asOf: string | undefined = '2026-06-15T00:00:00Z'): Grounds {
  const reading = parsePolicy(`version: 1\npackages: ${packages}\n`, 'test.yaml');
  if (!reading.ok) assert.fail(JSON.stringify(reading.problems));
  return { policy: reading.policy, policyHash: reading.hash, now, advisories: { asOf, find: () => [] } };
}

function pageOf(ages: Readonly<Record<string, string>>): ProjectPage {
  const files = Object.entries(ages).map(([version, uploadTime], index): ProjectFile => {
    const sha256 = String(index).padStart(64, '0');
    return {
      filename: `dep-${version}-py3-none-any.whl`,
      url: '',
      sha256,
      uploadTime,
      yanked: false,
      coreMetadata: 'none',
    };
  });
  return { name: 'dep', index: 'default', status: 'active', files, digest: '', fetchedAt: '', isStale: false };
}

const old = '2020-01-01T00:00:00Z';
const fresh = '2026-06-14T00:00:00Z';
const page = pageOf({ '1.0': old, '2.0': fresh });

async function show(grounds: Grounds, scope: ViewScope, shown = page): Promise<string[]> {
  const { files } = await policyView({ grounds }, scope).show(shown);
  return files.map(({ filename }) => filename.split('-')[1] ?? '');
}

describe('policyView()', () => {
  it('prefers what is allowed to what would have to be asked for', async () => {
    assert.deepEqual(await show(groundsOf('{}'), 'preferred'), ['1.0']);
    assert.deepEqual(await show(groundsOf('{}'), 'askable'), ['1.0', '2.0']);
  });

  it('shows what would have to be asked for where there is nothing else', async () => {
    assert.deepEqual(await show(groundsOf('{}'), 'preferred', pageOf({ '2.0': fresh })), ['2.0']);
  });

  it('prefers in the same way where something stands against every file', async () => {
    const stale = groundsOf('{}', '2020-01-01T00:00:00Z');
    assert.deepEqual(await show(stale, 'preferred'), ['1.0']);
    assert.deepEqual(await show(groundsOf('{ask: [dep]}'), 'preferred'), ['1.0']);
  });

  it('never shows what is denied, but for explanations', async () => {
    const grounds = groundsOf('{deny: [dep<2]}');
    assert.deepEqual(await show(grounds, 'preferred'), ['2.0']);
    assert.deepEqual(await show(grounds, 'askable'), ['2.0']);
    assert.deepEqual(await show(grounds, 'all'), ['1.0', '2.0']);
  });

  it('has another key by another policy or other advisories', () => {
    const keys = [groundsOf('{}'), groundsOf('{deny: [x]}'), groundsOf('{}', old)].map((grounds) => {
      return policyView({ grounds }, 'preferred').key;
    });
    assert.equal(new Set(keys).size, 3);
    assert.notEqual(policyView({ grounds: groundsOf('{}') }, 'askable').key, keys[0]);
    assert.notEqual(policyView({ grounds: groundsOf('{}'), refusals: { key: 'x' } }, 'preferred').key, keys[0]);
  });

  it('holds until what is too new is old enough', async () => {
    const { validUntilMs } = await policyView({ grounds: groundsOf('{}') }, 'preferred').show(page);
    assert.equal(validUntilMs, Date.parse(fresh) + 7 * 86_400_000);
  });
});
