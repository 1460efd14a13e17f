import assert from 'node:assert/strict';
import { test } from 'node:test';

import { areDisjoint, containsVersion, isSubset, parseSpecifiers } from '../../src/policy/specifiers.ts';
import { compareVersions, parseVersion } from '../../src/policy/versions.ts';
import { needs } from '../support/prerequisite.ts';
import { askPackaging, packagingReference } from './packaging-reference.ts';
import { SeededRandom, testSeed } from './random.ts';
import { neighbour, randomSpecifiers, randomVersion, realSpecifiers, realVersions } from './versions-corpus.ts';

const seed = testSeed();

interface Containment {
  readonly specifiers: boolean;
  readonly version: boolean;
  readonly true?: boolean;
  readonly none?: boolean;
  readonly false?: boolean;
}

/** What stays different from `packaging`, each with its reason. The last test holds that each of them really is. */
const knownDifferences = [
  {
    reason: 'a version of more than a thousand characters is refused: no project has one, and reading it costs time',
    specifiers: '>=1',
    version: `1.${'0'.repeat(1000)}`,
    theirs: { specifiers: true, version: true, true: true, none: true, false: true },
  },
  {
    reason: 'a list of specifiers of more than four thousand characters is refused, for the same reason',
    specifiers: '>=1,'.repeat(1001),
    version: '1',
    theirs: { specifiers: true, version: true, true: true, none: true, false: true },
  },
] as const;

test('specifiers hold the versions that Python’s packaging says they hold', needs(packagingReference), async (t) => {
  const random = new SeededRandom(seed);
  const questions = [...realPairs(), ...randomPairs(random, 24_000)];
  const answers = await askPackaging<Containment>(questions.map((question) => ({ ask: 'contains', ...question })));
  const differences = questions.flatMap((question, index) => {
    const ours = contain(question);
    const theirs = answers[index];
    return JSON.stringify(ours) === JSON.stringify(theirs) ? [] : [{ ...question, ours, theirs }];
  });
  const held = answers.filter((answer) => answer.true).length;
  const refused = answers.filter(({ specifiers, version }) => !specifiers || !version).length;
  t.diagnostic(
    `seed ${seed}: ${questions.length} pairs (${held} held, ${refused} with something refused), ${differences.length} differences`,
  );
  assert.deepEqual(differences.slice(0, 10), []);
  assert.ok(questions.length >= 20_000 && held > 2000 && refused > 1000, 'the pairs are worth comparing');
});

test('versions are in the order that Python’s packaging gives them', needs(packagingReference), async (t) => {
  const random = new SeededRandom(seed + 1);
  const questions = [
    ...realVersions.flatMap((version) => realVersions.map((other) => ({ version, other }))),
    ...Array.from({ length: 10_000 }, () => {
      const version = randomVersion(random);
      return { version, other: random.chance(0.6) ? neighbour(random, version) : randomVersion(random) };
    }),
  ];
  const answers = await askPackaging<{ order: number | null }>(questions.map((pair) => ({ ask: 'order', ...pair })));
  const differences = questions.flatMap(({ version, other }, index) => {
    const ours = orderOf(version, other);
    const theirs = answers[index]?.order;
    return ours === theirs ? [] : [{ version, other, ours, theirs }];
  });
  t.diagnostic(`seed ${seed}: ${questions.length} pairs, ${differences.length} differences`);
  assert.deepEqual(differences.slice(0, 10), []);
});

test('specifiers that we call disjoint or contained are so by packaging too', needs(packagingReference), async (t) => {
  const random = new SeededRandom(seed + 2);
  const questions = [
    ...realSpecifiers.flatMap((specifiers) => realSpecifiers.map((other) => ({ specifiers, other }))),
    ...Array.from({ length: 10_000 }, () => ({
      specifiers: randomSpecifiers(random),
      other: randomSpecifiers(random),
    })),
  ];
  type Relation = Record<'disjoint' | 'subset', boolean | null>;
  const answers = await askPackaging<Relation>(questions.map((pair) => ({ ask: 'relation', ...pair })));
  let vaguer = 0;
  const wrong = questions.flatMap((question, index) => {
    const theirs = answers[index] ?? { disjoint: null, subset: null };
    const ours = relate(question.specifiers, question.other);
    if (theirs.disjoint === null || ours === undefined) return [];
    if (ours.disjoint !== theirs.disjoint || ours.subset !== theirs.subset) vaguer++;
    const isSound = (!ours.disjoint || theirs.disjoint) && (!ours.subset || theirs.subset === true);
    return isSound ? [] : [{ ...question, ours, theirs }];
  });
  t.diagnostic(
    `seed ${seed}: ${questions.length} pairs, ${wrong.length} unsound, ${vaguer} where we leave open what packaging decides`,
  );
  assert.deepEqual(wrong.slice(0, 10), []);
});

test('what we know to differ from packaging differs, as the table says', needs(packagingReference), async () => {
  const answers = await askPackaging<Containment>(
    knownDifferences.map(({ specifiers, version }) => ({ ask: 'contains', specifiers, version })),
  );
  for (const [index, known] of knownDifferences.entries()) {
    assert.deepEqual(answers[index], known.theirs, known.reason);
    assert.notDeepEqual(contain(known), known.theirs, known.reason);
  }
});

function realPairs(): { specifiers: string; version: string }[] {
  return realSpecifiers.flatMap((specifiers) => realVersions.map((version) => ({ specifiers, version })));
}

function randomPairs(random: SeededRandom, count: number): { specifiers: string; version: string }[] {
  return Array.from({ length: count }, () => {
    const specifiers = randomSpecifiers(random);
    const named = specifiers.replace(/^[=~!<>\s]+|,.*$|\.\*$/g, '');
    return { specifiers, version: random.chance(0.6) ? neighbour(random, named) : randomVersion(random) };
  });
}

function contain({ specifiers, version }: { specifiers: string; version: string }): Containment {
  const set = parseSpecifiers(specifiers);
  const validity = { specifiers: set !== undefined, version: parseVersion(version) !== undefined };
  if (set === undefined) return validity;
  const held = containsVersion(set, version);
  // Of a single version, packaging says the same whether pre-releases are wanted or nothing is said of them.
  return { ...validity, true: held, none: held, false: containsVersion(set, version, { prereleases: false }) };
}

function orderOf(version: string, other: string): number | null {
  const [one, two] = [parseVersion(version), parseVersion(other)];
  return one === undefined || two === undefined ? null : Math.sign(compareVersions(one, two));
}

function relate(specifiers: string, other: string): { disjoint: boolean; subset: boolean } | undefined {
  const [one, two] = [parseSpecifiers(specifiers), parseSpecifiers(other)];
  if (one === undefined || two === undefined) return undefined;
  return { disjoint: areDisjoint(one, two), subset: isSubset(one, two) };
}
