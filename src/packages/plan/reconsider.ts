import { type Actor, judge, type Judgement, type Policy } from '../../policy/index.ts';
import type { Role } from '../../words.ts';
import type { AdvisoryData } from '../advisories/index.ts';
import type { Approvals } from './approvals.ts';
import type { KeptPlan } from './plan-store.ts';
import { renewAdvisories } from './renew-advisories.ts';

export interface ReconsiderOptions {
  /** The newest plan that came to the lock. */
  readonly plan: KeptPlan;
  readonly actor: Actor;
  readonly role: Role;
  readonly policy: Policy;
  readonly advisories: AdvisoryData;
  readonly approvals: Pick<Approvals, 'agreementOn'>;
  readonly now: Date;
}

/** What is said today of a lock that was planned before. */
export interface Reconsidered extends Judgement {
  /** Whether somebody who may has agreed to all that the policy wants asked. */
  readonly isAgreed: boolean;
  /** The packages whose wheels were not opened, as far as the plan knows: nobody can say yet what is in them. */
  readonly unopened: readonly string[];
}

export interface JudgedLock extends Reconsidered {
  /** Of the policy that said so. */
  readonly policyHash: string;
}

/** Judges a planned lock by the policy and the advisories of now; no index is asked for anything. */
export async function reconsider(options: ReconsiderOptions): Promise<Reconsidered> {
  const { plan, advisories, approvals, ...question } = options;
  const facts = renewAdvisories(plan.facts, advisories);
  const judgement = {
    ...judge({ ...question, wish: { requirements: plan.requirements }, facts }),
    ...findUnopened(facts),
  };
  if (judgement.verdict !== 'ask') return { ...judgement, isAgreed: judgement.verdict === 'allow' };
  const agreement = await approvals.agreementOn(plan.lock);
  const asked = <T extends { readonly verdict: string }>(reasons: readonly T[]): T[] => {
    return reasons.filter(({ verdict }) => verdict === 'ask');
  };
  const isAgreed =
    agreement !== undefined &&
    agreement.covers('', asked(judgement.reasons)) &&
    judgement.packages.every(({ name, version, reasons }) => agreement.covers(`${name} ${version}`, asked(reasons)));
  return { ...judgement, isAgreed };
}

/** A source has no wheel that a plan could have opened: its build does, before anybody has it. */
function findUnopened({ packages }: KeptPlan['facts']): Pick<Reconsidered, 'unopened'> {
  const unopened = packages.filter(({ inspection, files }) => {
    return inspection === 'pending' && files?.some(({ isWheel }) => isWheel) === true;
  });
  return { unopened: unopened.map(({ name }) => name) };
}
