import type { Verdict } from '../words.ts';
import type { PackageFacts } from './facts.ts';
import type { Policy } from './policy-schema.ts';
import { judgeByLists } from './rule-listed.ts';
import { judgeLookalike } from './rule-lookalike.ts';
import { strictest } from './verdict.ts';
import { applyWaivers } from './waive.ts';

export interface NameInquiry {
  readonly policy: Policy;
  readonly name: string;
  readonly lookalike?: PackageFacts['lookalike'];
  readonly now: Date;
}

/** What is said of a name before anything else is known: the least strict verdict that a plan with it can come to. */
export interface NameJudgement {
  readonly verdict: Verdict;
  readonly rule: string;
  /** One sentence for a person. */
  readonly message: string;
}

/** Judges a name by the rules that need no more than it: rules about versions may still refuse some or all of them. */
export function judgeName({ policy, name, lookalike, now }: NameInquiry): NameJudgement {
  const facts: PackageFacts = { name, requested: true, dependants: [], advisories: [], lookalike };
  const inquiry = { policy, facts, now };
  const findings = applyWaivers(inquiry, [...judgeByLists(inquiry), ...judgeLookalike(inquiry)]).filter(
    ({ isMissingFact }) => isMissingFact !== true,
  );
  const verdict = strictest(findings.map((each) => each.verdict));
  const decisive = findings.find((each) => each.verdict === verdict);
  return { verdict, rule: decisive?.rule ?? 'packages.default', message: decisive?.message ?? `no list names ${name}` };
}
