import type { Verdict } from '../words.ts';
import { decideAction } from './decide-action.ts';
import { decideRun } from './decide-run.ts';
import { judge, type Judgement } from './judge.ts';
import { limitKeys } from './runtime-schema.ts';
import type { Policy, RunLimits } from './policy-schema.ts';
import type { Actor, Reason } from './reason.ts';
import { readSketch, sketchFacts } from './sketch-facts.ts';
import { type PackageSketch, type PolicyTestCase, sketchOf } from './tests-schema.ts';
import { strictest } from './verdict.ts';

/** What came of one case of the policy's tests. */
export interface PolicyTestResult {
  readonly name: string;
  readonly isOk: boolean;
  readonly expected: Verdict;
  readonly verdict: Verdict;
  /** The rule that the case expects among the reasons of the verdict. */
  readonly because?: string;
  /** The reasons of the verdict that came. */
  readonly reasons: readonly Reason[];
}

/** Runs the cases of the policy's tests section against the policy itself. */
export function runPolicyTests(policy: Policy, now: Date): PolicyTestResult[] {
  return policy.tests.map((testCase) => runCase(policy, testCase, now));
}

function runCase(policy: Policy, testCase: PolicyTestCase, today: Date): PolicyTestResult {
  const now = testCase.at === undefined ? today : new Date(`${testCase.at}T12:00:00Z`);
  const all = reasonsOf(policy, testCase, now);
  const verdict = strictest(all.map((reason) => reason.verdict));
  const reasons = all.filter((reason) => reason.verdict === verdict);
  const { name, expect: expected, because } = testCase;
  const isExplained = because === undefined || reasons.some(({ rule }) => isWithin(rule, because));
  return {
    name,
    isOk: verdict === expected && isExplained,
    expected,
    verdict,
    ...(because === undefined ? {} : { because }),
    reasons,
  };
}

function isWithin(rule: string, because: string): boolean {
  return rule === because || rule.startsWith(`${because}.`) || rule.startsWith(`${because}[`);
}

function reasonsOf(policy: Policy, testCase: PolicyTestCase, now: Date): readonly Reason[] {
  const { role, action, run, facts } = testCase;
  const actor: Actor = { id: testCase.actor, kind: role === 'anonymous' ? 'anonymous' : 'user' };
  if (action !== undefined) return [decideAction({ policy, actor, role, action }).reason];
  if (run !== undefined) return decideRun({ policy, actor, role, requested: toLimits(run) }).reasons;
  const wish = { requirements: [] };
  if (facts !== undefined) return allReasons(judge({ policy, actor, role, wish, facts, now }));
  const sketches = sketchesOf(testCase);
  const judgement = judge({ policy, actor, role, wish, facts: sketchFacts(sketches, policy, now), now });
  return allReasons(withoutOpenVersions(judgement, sketches));
}

function sketchesOf({ given = [] }: PolicyTestCase): PackageSketch[] {
  return (Array.isArray(given) ? given : [given]).map((item) => (typeof item === 'string' ? sketchOf(item) : item));
}

/** A case that gives a range asks about every version in it: that none is chosen is not what it is about. */
function withoutOpenVersions(judgement: Judgement, sketches: readonly PackageSketch[]): Judgement {
  const open = new Set(
    sketches
      .filter((sketch) => !sketch.missing.includes('version') && readSketch(sketch).version === undefined)
      .map((sketch) => readSketch(sketch).requirement.name),
  );
  const packages = judgement.packages.map((each) =>
    open.has(each.name)
      ? { ...each, reasons: each.reasons.filter(({ rule }) => rule !== 'packages.missing.version') }
      : each,
  );
  return { ...judgement, packages };
}

function allReasons({ reasons, packages }: Judgement): readonly Reason[] {
  return [...reasons, ...packages.flatMap((each) => each.reasons)];
}

function toLimits(run: NonNullable<PolicyTestCase['run']>): Partial<RunLimits> {
  const entries = Object.entries(run).map(([key, value]) => [limitKeys[key as keyof typeof limitKeys], value]);
  return Object.fromEntries(entries) as Partial<RunLimits>;
}
