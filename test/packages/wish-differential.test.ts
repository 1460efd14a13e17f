import assert from 'node:assert/strict';
import { test } from 'node:test';

import { packagingReference } from '../policy/packaging-reference.ts';
import { SeededRandom, testSeed } from '../policy/random.ts';
import { needs } from '../support/prerequisite.ts';
import { compareMarkers, compareRequirements } from './compare-wish.ts';
import { compareToml } from './compare-toml.ts';

const seed = testSeed();

// `npm run soak -- wish` compares as many as one wants.

test(
  'requirements are read as Python’s packaging reads them, or refused for a reason that is known',
  needs(packagingReference),
  async (t) => {
    const { asked, taken, refused, differences } = await compareRequirements(new SeededRandom(seed), 4000);
    t.diagnostic(
      `seed ${seed}: ${asked} requirements, ${taken} taken, refused by us alone: ${JSON.stringify(refused)}`,
    );
    assert.deepEqual(differences.slice(0, 10), []);
    assert.ok(taken > 800 && taken < 3200, 'they are worth comparing');
  },
);

test('markers are read and evaluated as Python’s packaging does', needs(packagingReference), async (t) => {
  const { asked, taken, refused, differences } = await compareMarkers(new SeededRandom(seed + 1), 3000);
  t.diagnostic(`seed ${seed}: ${asked} markers, ${taken} taken, refused by us alone: ${JSON.stringify(refused)}`);
  assert.deepEqual(differences.slice(0, 10), []);
  assert.ok(taken > 500 && taken < 2500, 'they are worth comparing');
});

test('TOML is read as Python’s tomllib reads it', needs(packagingReference), async (t) => {
  const { asked, taken, differences } = await compareToml(new SeededRandom(seed + 2), 3000);
  t.diagnostic(`seed ${seed}: ${asked} texts, ${taken} taken, ${differences.length} differences`);
  assert.deepEqual(differences.slice(0, 10), []);
  assert.ok(taken > 500 && taken < 2500, 'they are worth comparing');
});
