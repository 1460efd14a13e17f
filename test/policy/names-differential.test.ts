import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isProjectName, normalizeName } from '../../src/policy/index.ts';
import { needs } from '../support/prerequisite.ts';
import { askPackaging, packagingReference } from './packaging-reference.ts';
import { SeededRandom, testSeed } from './random.ts';

const seed = testSeed();
const realNames = [
  'Django',
  'oslo.concurrency',
  'zope.interface',
  'ruamel.yaml.clib',
  'A',
  '3to2',
  'friendly-bard',
  'FrIeNdLy-._.-bArD',
  'Flask_SQLAlchemy',
];
const pieces = [
  'a',
  'B',
  'z',
  '0',
  '9',
  '-',
  '_',
  '.',
  '--',
  '._',
  '\u0130',
  '\u00e9',
  '\u212a',
  '\u017f',
  ' ',
  '/',
  '\n',
  '\u0000',
  '',
  'Python',
] as const;

test('names are normalised and accepted as Python’s packaging does', needs(packagingReference), async (t) => {
  const random = new SeededRandom(seed);
  const names = [...realNames, ...Array.from({ length: 5000 }, () => randomName(random))];
  const answers = await askPackaging<{ normal: string; valid: boolean }>(names.map((name) => ({ ask: 'name', name })));
  const differences = names.flatMap((name, index) => {
    const ours = { normal: normalizeName(name), valid: isProjectName(name) };
    return JSON.stringify(ours) === JSON.stringify(answers[index]) ? [] : [{ name, ours, theirs: answers[index] }];
  });
  const valid = answers.filter((answer) => answer.valid).length;
  t.diagnostic(`seed ${seed}: ${names.length} names (${valid} valid), ${differences.length} differences`);
  assert.deepEqual(differences.slice(0, 10), []);
  assert.ok(valid > 500 && valid < names.length - 500, 'the names are worth comparing');
});

function randomName(random: SeededRandom): string {
  const common = pieces.slice(0, 10);
  const choice = random.chance(0.6) ? common : pieces;
  return Array.from({ length: 1 + random.below(8) }, () => random.pick(choice)).join('');
}
