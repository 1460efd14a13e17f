import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { readDump } from '../../src/packages/advisories/read-dump.ts';
import { indexSnapshot } from '../../src/packages/advisories/snapshot.ts';
import { askPackagingProgram, packagingReference } from '../policy/packaging-reference.ts';
import { needs } from '../support/prerequisite.ts';
import { realAdvisories, realDump } from './dumps.ts';
import { boundaryPins, famousPins, type Pin } from './pinned.ts';

const program = fileURLToPath(new URL('reference.py', import.meta.url));
const prerequisites = needs(realAdvisories, packagingReference);

test('packages that people have pinned have the findings of the reference', prerequisites, async () => {
  const found = await compare(famousPins);
  assert.ok(famousPins.length >= 200);
  assert.ok(found.affected > 60 && found.affected < famousPins.length, `${found.affected} are affected`);
});

test(
  'versions at the boundaries of advisories, and beside them, have the findings of the reference',
  prerequisites,
  async () => {
    const { snapshot } = await readDump(realDump);
    const { asked, affected } = await compare(boundaryPins(snapshot, 5000));
    assert.ok(asked > 4500, `${asked} asked`);
    assert.ok(affected > asked / 4 && affected < asked, `${affected} of ${asked} are affected`);
  },
);

async function compare(pins: readonly Pin[]): Promise<{ asked: number; affected: number }> {
  const data = indexSnapshot((await readDump(realDump)).snapshot);
  const expected = await askPackagingProgram<string[] | null>({ program, args: [realDump], questions: pins });
  const differences = pins.flatMap(([name, version], index) => {
    const ids = [...new Set(data.find(name, version).map(({ id }) => id))].sort();
    const wanted = expected[index];
    return JSON.stringify(ids) === JSON.stringify(wanted) ? [] : [{ name, version, ids, wanted }];
  });
  assert.deepEqual(differences.slice(0, 10), []);
  return { asked: pins.length, affected: expected.filter((ids) => ids !== null && ids.length > 0).length };
}
