/**
 * Requirements, markers and TOML without end, held against Python's packaging and tomllib. What we take they take and
 * read the same; what we alone refuse has a reason that is known. Options: --texts N --seed N
 */
import { parseArgs } from 'node:util';

import { compareToml } from '../packages/compare-toml.ts';
import { compareMarkers, type Comparison, compareRequirements } from '../packages/compare-wish.ts';
import { packagingReference } from '../policy/packaging-reference.ts';
import { SeededRandom } from '../policy/random.ts';

const { values } = parseArgs({
  options: { texts: { type: 'string', default: '200000' }, seed: { type: 'string', default: '1' } },
});
const count = Number(values.texts);
const seed = Number(values.seed);
const atOnce = 10_000;

if (!packagingReference.holds) throw new Error(`needs ${packagingReference.what}`);
const areSame = [
  await soak('requirements', compareRequirements),
  await soak('markers', compareMarkers),
  await soak('TOML', compareToml),
];
process.exitCode = areSame.every(Boolean) ? 0 : 1;

async function soak(
  name: string,
  compare: (random: SeededRandom, count: number) => Promise<Comparison>,
): Promise<boolean> {
  const random = new SeededRandom(seed);
  const refused: Record<string, number> = {};
  const differences: unknown[] = [];
  let taken = 0;
  for (let asked = 0; asked < count; asked += atOnce) {
    const part = await compare(random, Math.min(atOnce, count - asked));
    taken += part.taken;
    differences.push(...part.differences);
    for (const [reason, times] of Object.entries(part.refused)) refused[reason] = (refused[reason] ?? 0) + times;
  }
  console.log(`${name}: ${count} of seed ${seed}, ${taken} taken, ${differences.length} differences`);
  for (const [reason, times] of Object.entries(refused)) console.log(`  refused by us alone, ${reason}: ${times}`);
  for (const difference of differences.slice(0, 20)) console.log(JSON.stringify(difference));
  return differences.length === 0;
}
