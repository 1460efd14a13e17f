import { decideAction } from './decide-action.ts';
import { dependencyPaths } from './dependency-path.ts';
import type { Facts, PackageFacts } from './facts.ts';
import { judgePackage, type PackageJudgement } from './judge-package.ts';
import { normalizeName } from './names.ts';
import type { Policy } from './policy-schema.ts';
import type { Actor, Reason } from './reason.ts';
import type { Requirement } from './requirement.ts';
import { formatBytes, formatDuration } from '../units.ts';
import type { Role, Verdict } from '../words.ts';
import { strictest } from './verdict.ts';

/** What is asked for. */
export interface Wish {
  readonly requirements: readonly Pick<Requirement, 'name' | 'specifier'>[];
  /** What the actor wants to do with it: `install` where left out. */
  readonly action?: 'install' | 'plan';
}

export interface Question {
  readonly policy: Policy;
  readonly actor: Actor;
  readonly role: Role;
  readonly wish: Wish;
  readonly facts: Facts;
  readonly now: Date;
}

/** The verdict on a whole plan. */
export interface Judgement {
  readonly verdict: Verdict;
  /** The verdict if all that is not known were known and good. */
  readonly verdictOnKnownFacts: Verdict;
  /** What is said of the plan as a whole; what is said of a package stands with it. */
  readonly reasons: readonly Reason[];
  readonly packages: readonly PackageJudgement[];
  /** The packages whose wheels are judged again before they are built. */
  readonly pending: readonly string[];
}

/** Judges a whole plan: every package, and all of them together. `deny` beats `ask` beats `allow`. */
export function judge(question: Question): Judgement {
  const { policy, actor, role, wish, now } = question;
  const known = completeFacts(question);
  const paths = dependencyPaths(known);
  const packages = known.map((facts) =>
    judgePackage({ policy, facts, now, path: paths.get(facts.name) ?? [facts.name] }),
  );
  const reasons = [
    decideAction({ policy, actor, role, action: wish.action ?? 'install' }).reason,
    ...(known.length === 0 ? [] : judgeAdvisoryData({ policy, asOf: question.facts.advisoryData?.asOf, now })),
    ...judgeBounds(policy, known),
  ];
  const all = [...reasons, ...packages.flatMap((each) => each.reasons)];
  return {
    verdict: strictest(all.map(({ verdict }) => verdict)),
    verdictOnKnownFacts: strictest(all.filter((each) => each.isMissingFact !== true).map(({ verdict }) => verdict)),
    reasons,
    packages,
    pending: packages.filter(({ pending }) => pending.length > 0).map(({ name }) => name),
  };
}

/** What was wished for is judged even where nothing is known of it. */
function completeFacts({ facts, wish }: Question): readonly PackageFacts[] {
  const known = facts.packages.map((each) => ({
    ...each,
    name: normalizeName(each.name),
    dependants: each.dependants.map(normalizeName),
  }));
  const names = new Set(known.map(({ name }) => name));
  const unknown = wish.requirements.flatMap(({ name, specifier }): PackageFacts[] => {
    const normal = normalizeName(name);
    if (names.has(normal)) return [];
    return [{ name: normal, specifier, requested: true, dependants: [], advisories: [] }];
  });
  return [...known, ...unknown];
}

const allowedClockSkewMs = 86_400_000;

interface AdvisoryDataInquiry {
  readonly policy: Policy;
  /** The state of the advisory data; undefined where there is none. */
  readonly asOf: string | undefined;
  readonly now: Date;
}

/** Says so where the advisory data is missing, or older than the policy wants it. */
export function judgeAdvisoryData({ policy, asOf, now }: AdvisoryDataInquiry): Reason[] {
  const verdict = policy.packages.missing.advisories;
  const base = { rule: 'packages.missing.advisories', verdict, path: [], isMissingFact: true } as const;
  if (asOf === undefined) {
    return [{ ...base, matched: 'no advisory data', message: 'there is no advisory data to judge by' }];
  }
  const age = now.getTime() - Date.parse(asOf);
  const { maximumAge } = policy.packages.advisories;
  if (age >= -allowedClockSkewMs && age <= maximumAge) return [];
  const message =
    age < 0
      ? `the advisory data is of ${asOf}, which lies in the future`
      : `the advisory data is of ${asOf}, older than ${formatDuration(maximumAge)}`;
  return [{ ...base, matched: asOf, message }];
}

function judgeBounds({ packages: { limits } }: Policy, packages: readonly PackageFacts[]): Reason[] {
  const download = sum(packages.flatMap(({ files = [] }) => files.map(({ sizeBytes = 0 }) => sizeBytes)));
  const installed = sum(
    packages.map(({ inspection }) => (typeof inspection === 'object' ? inspection.installedBytes : 0)),
  );
  const bounds = [
    { key: 'packages', value: packages.length, limit: limits.packages, what: 'packages', format: String },
    { key: 'downloadBytes', value: download, limit: limits.downloadBytes, what: 'to download', format: formatBytes },
    { key: 'installedBytes', value: installed, limit: limits.installedBytes, what: 'on disk', format: formatBytes },
  ];
  return bounds
    .filter(({ value, limit }) => value > limit)
    .map(({ key, value, limit, what, format }) => ({
      rule: `packages.limits.${key}`,
      verdict: limits.verdict,
      matched: format(value),
      message: `the plan has ${format(value)} ${what}; the limit is ${format(limit)}`,
      path: [],
    }));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
