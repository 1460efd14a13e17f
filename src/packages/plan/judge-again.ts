import { judge, type Policy, type Reason } from '../../policy/index.ts';
import type { Verdict } from '../../words.ts';
import type { KeptPlan } from './plan-store.ts';

/** What two policies decide differently on one plan. */
export interface VerdictChange {
  readonly plan: KeptPlan;
  readonly before: Verdict;
  readonly after: Verdict;
  readonly packages: readonly {
    readonly name: string;
    readonly version?: string | undefined;
    readonly before: Verdict;
    readonly after: Verdict;
    /** Why, by the policy that is stricter. */
    readonly reasons: readonly Reason[];
  }[];
}

/**
 * Judges a plan by two policies, with the facts and at the time that it was made; undefined where both decide the same.
 * What a policy would have resolved to something else is not seen: only what was planned is judged.
 */
export function judgeAgain(plan: KeptPlan, [before, after]: readonly [Policy, Policy]): VerdictChange | undefined {
  const { actor, role, requirements, facts, time } = plan;
  const question = { actor, role, facts, wish: { requirements }, now: new Date(time) };
  const [was, is] = [judge({ ...question, policy: before }), judge({ ...question, policy: after })];
  const packages = was.packages.flatMap((old, index) => {
    const now = is.packages[index];
    if (now === undefined || now.verdict === old.verdict) return [];
    const stricter = isFirstStricter(old.verdict, now.verdict) ? old : now;
    const reasons = stricter.reasons.filter(({ verdict }) => verdict === stricter.verdict);
    return [{ name: old.name, version: old.version, before: old.verdict, after: now.verdict, reasons }];
  });
  if (was.verdict === is.verdict && packages.length === 0) return undefined;
  return { plan, before: was.verdict, after: is.verdict, packages };
}

const order: readonly Verdict[] = ['allow', 'ask', 'deny'];

function isFirstStricter(one: Verdict, other: Verdict): boolean {
  return order.indexOf(one) > order.indexOf(other);
}
