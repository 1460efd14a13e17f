import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';

import {
  type Facts,
  type Judgement,
  parsePolicy,
  type PackageFacts,
  type Policy,
  strictest,
} from '../../src/policy/index.ts';
import type { Verdict } from '../../src/words.ts';
import { judgeFacts, without } from './good-facts.ts';
import { SeededRandom, testSeed } from './random.ts';
import { randomFacts, randomPackage, randomPolicy, type RandomPolicy, randomWaiver } from './random-policy.ts';

// Laws that hold for every policy and all facts, tried on thousands of them.

const rounds = 1000;
const seed = testSeed();
const rank = { allow: 0, ask: 1, deny: 2 } as const;

interface Round {
  readonly random: SeededRandom;
  readonly source: RandomPolicy;
  readonly policy: Policy;
  readonly facts: Facts;
  readonly judgement: Judgement;
}

function forAll(t: TestContext, check: (round: Round) => void): void {
  const random = new SeededRandom(seed);
  const seen: Record<Verdict, number> = { allow: 0, ask: 0, deny: 0 };
  for (let round = 0; round < rounds; round++) {
    const source = randomPolicy(random);
    const policy = parse(source);
    const facts = randomFacts(random);
    const judgement = judgeFacts(policy, facts);
    seen[judgement.verdict]++;
    check({ random, source, policy, facts, judgement });
  }
  t.diagnostic(`seed ${seed}: ${rounds} plans, of which ${JSON.stringify(seen)}`);
  assert.ok(Math.min(...Object.values(seen)) > rounds / 100, 'every verdict was met');
}

function parse(source: RandomPolicy): Policy {
  // JSON is YAML.
  const reading = parsePolicy(JSON.stringify(source), 'random.yaml');
  assert.ok(reading.ok, JSON.stringify(reading));
  return reading.policy;
}

function notMilder(after: Verdict, before: Verdict, what: () => string): void {
  assert.ok(rank[after] >= rank[before], `${before} became ${after}: ${what()}`);
}

test('the whole is exactly as strict as its strictest reason, and each package as its own', (t) => {
  forAll(t, ({ judgement: { verdict, packages, reasons } }) => {
    for (const each of packages) assert.equal(each.verdict, strictest(each.reasons.map((reason) => reason.verdict)));
    assert.equal(verdict, strictest([...reasons, ...packages].map((each) => each.verdict)));
    assert.ok(
      packages.every((each) => each.reasons.length > 0),
      'every verdict has a reason',
    );
  });
});

test('removing a fact never makes a verdict milder', (t) => {
  let removals = 0;
  forAll(t, ({ policy, facts, judgement, source }) => {
    for (const [what, poorer] of withOneFactLess(facts)) {
      removals++;
      const tell = (): string => `without ${what}: ${JSON.stringify({ source, facts })}`;
      const after = judgeFacts(policy, poorer);
      notMilder(after.verdict, judgement.verdict, tell);
      for (const [index, { verdict }] of judgement.packages.entries())
        notMilder(after.packages[index]!.verdict, verdict, tell);
    }
  });
  t.diagnostic(`${removals} facts removed`);
});

test('the order of packages and of rules does not change a verdict', (t) => {
  forAll(t, ({ random, source, facts, judgement }) => {
    const shuffled = { ...facts, packages: random.shuffled(facts.packages) };
    const again = judgeFacts(parse(shuffleLists(random, source) as RandomPolicy), shuffled);
    assert.equal(again.verdict, judgement.verdict, JSON.stringify({ source, facts }));
    assert.deepEqual(verdictsByPackage(again), verdictsByPackage(judgement));
  });
});

test('malware and quarantine are denied whatever is allowed and waived', (t) => {
  forAll(t, ({ random, source, facts }) => {
    const [first, ...others] = facts.packages;
    assert.ok(first);
    const waivers = ['1', '2', '3'].map(() => ({ ...randomWaiver(random), package: first.name }));
    const policy = parse({
      ...source,
      waivers: [...waivers, { ...waivers[0], version: '>=0', expires: '2026-12-31' }],
    });
    const malware = { id: random.pick(['MAL-1-1', 'mal-9-9']), aliases: [], withdrawn: false };
    const flawed: PackageFacts[] = [
      { ...first, advisories: [...first.advisories, malware] },
      { ...first, status: 'quarantined' },
    ];
    for (const bad of flawed) {
      const { verdict, packages } = judgeFacts(policy, { ...facts, packages: [bad, ...others] });
      assert.deepEqual([verdict, packages[0]?.verdict], ['deny', 'deny'], JSON.stringify({ source, bad }));
    }
  });
});

test('another deny rule never makes a verdict milder, another waiver never stricter', (t) => {
  forAll(t, ({ random, source, facts, judgement }) => {
    const deny = [...(source.packages['deny'] as unknown[]), random.pick(['app', 'web<2', 'acme-*'])];
    const stricter = parse({ ...source, packages: { ...source.packages, deny } });
    notMilder(judgeFacts(stricter, facts).verdict, judgement.verdict, () => JSON.stringify({ source, facts }));
    const waived = parse({ ...source, waivers: [...source.waivers, randomWaiver(random)] });
    notMilder(judgement.verdict, judgeFacts(waived, facts).verdict, () => JSON.stringify({ source, facts }));
  });
});

test('another package never makes the verdict on a plan milder', (t) => {
  forAll(t, ({ random, policy, facts, judgement }) => {
    const larger = { ...facts, packages: [...facts.packages, randomPackage(random)] };
    notMilder(judgeFacts(policy, larger).verdict, judgement.verdict, () => JSON.stringify(larger));
  });
});

test('the nearest version that would pass does pass, and where none is named none does', (t) => {
  let named = 0;
  forAll(t, ({ random, policy, facts }) => {
    const [first] = facts.packages;
    assert.ok(first);
    const candidates = Array.from({ length: 3 }, () => {
      const { name: _name, requested: _requested, dependants: _dependants, ...other } = randomPackage(random);
      return { ...other, version: other.version ?? '0' };
    });
    const reasons = judgeFacts(policy, { ...facts, packages: [{ ...first, candidates }] }).packages[0]?.reasons ?? [];
    const nearest = reasons.find((reason) => reason.nearest !== undefined)?.nearest;
    if (nearest === undefined) return;
    named += nearest === null ? 0 : 1;
    const passing = candidates.filter((candidate) => {
      const asPackage = { ...candidate, name: first.name, requested: true, dependants: [] };
      return judgeFacts(policy, { ...facts, packages: [asPackage] }).packages[0]?.verdict === 'allow';
    });
    const others = passing.filter(({ version }) => version !== first.version);
    if (nearest === null) assert.deepEqual(others, []);
    else assert.ok(others.some(({ version }) => version === nearest));
  });
  t.diagnostic(`${named} times a version was named`);
  assert.ok(named > 50);
});

function* withOneFactLess(facts: Facts): Generator<[what: string, poorer: Facts]> {
  yield ['advisoryData', without(facts, 'advisoryData')];
  for (const [index, each] of facts.packages.entries()) {
    const put = (changed: PackageFacts): Facts => ({ ...facts, packages: facts.packages.with(index, changed) });
    for (const key of ['version', 'files', 'licence', 'index', 'status', 'inspection'] as const) {
      yield [`${each.name} ${key}`, put(without(each, key))];
    }
    for (const [at, advisory] of each.advisories.entries()) {
      const advisories = each.advisories.with(at, without(advisory, 'severity'));
      yield [`${each.name} severity of ${advisory.id}`, put({ ...each, advisories })];
    }
    yield [
      `${each.name} severity`,
      put({ ...each, advisories: each.advisories.map((advisory) => without(advisory, 'severity')) }),
    ];
    for (const [at, file] of (each.files ?? []).entries()) {
      for (const key of ['sha256', 'sizeBytes', 'uploadTime'] as const) {
        yield [`${each.name} ${key}`, put({ ...each, files: (each.files ?? []).with(at, without(file, key)) })];
      }
    }
  }
}

/** Rules, licences and waivers in another order; what names a rule by its place is not among them. */
function shuffleLists(random: SeededRandom, value: unknown): unknown {
  if (Array.isArray(value)) return random.shuffled(value.map((item) => shuffleLists(random, item)));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shuffleLists(random, member)]));
}

function verdictsByPackage({ packages }: Judgement): string[] {
  return packages.map(({ name, version, verdict }) => `${name} ${version} ${verdict}`).sort();
}
