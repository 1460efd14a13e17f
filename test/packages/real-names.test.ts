import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readSets } from '../../bench/plan/sets.ts';
import { normalizeName } from '../../src/policy/index.ts';
import { loadFirstData } from '../../src/packages/advisories/first-data.ts';
import { readFactsLine } from '../../src/packages/advisories/facts-line.ts';
import { findLookalike } from '../../src/packages/names/index.ts';
import { policyOf } from '../policy/good-facts.ts';

async function namesWithAdvisories(): Promise<Set<string>> {
  const { lines } = await loadFirstData();
  const sound = [...lines.values()].map(readFactsLine).filter(({ id }) => !id.startsWith('MAL-'));
  return new Set(sound.flatMap(({ affected }) => affected.map(({ name }) => name)));
}

function namesOfSets(): string[] {
  const lines = readSets().flatMap(({ requirements }) => requirements);
  return lines.map((line) => normalizeName(/^[A-Za-z0-9._-]+/.exec(line)?.[0] ?? ''));
}

test('findLookalike() takes no real project for another, of hundreds', async () => {
  const real = [...(await namesWithAdvisories()), ...namesOfSets()];
  assert.ok(real.length > 600);
  const wrong = real.flatMap((name) => {
    const found = findLookalike(name, policyOf());
    return found === undefined ? [] : [`${name} for ${found.of}`];
  });
  assert.deepEqual(wrong, []);
});
