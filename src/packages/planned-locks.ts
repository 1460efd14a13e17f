import type { LockedFiles } from './gate/index.ts';
import { judge, type Policy, type Reason } from '../policy/index.ts';
import type { Agreement, Approvals, KeptPlan, PlanStore } from './plan/index.ts';
import type { Lock } from './resolve/index.ts';

export interface PlannedLocksOptions {
  readonly plans: Pick<PlanStore, 'findLock' | 'newestOf'>;
  readonly approvals: Pick<Approvals, 'agreementOn'>;
  readonly currentPolicy: () => { readonly policy: Policy; readonly hash: string };
}

type Content = Pick<LockedFiles, 'digest' | 'files'> & { readonly versions: ReadonlyMap<string, string> };

const maxRemembered = 100;

/** The locks that plans came to, as the gate serves them: each by its digest, its files and no others. */
export class PlannedLocks {
  readonly #options: PlannedLocksOptions;
  readonly #remembered = new Map<string, Content>();
  readonly #judged = new Map<string, { readonly policyHash: string; readonly reasons: readonly Reason[] }>();

  constructor(options: PlannedLocksOptions) {
    this.#options = options;
  }

  /** What is agreed to is looked up each time: an answer ends, or is taken back. */
  async find(digest: string): Promise<LockedFiles | undefined> {
    const content = await this.#content(digest);
    if (content === undefined) return undefined;
    const { versions, ...files } = content;
    const agreement = await this.#options.approvals.agreementOn(digest);
    const against = (await this.#judgeWhole(digest)).filter((reason) => !isAgreed(reason, agreement));
    if (agreement === undefined) return { ...files, against };
    const covers: Agreeing = (project, reasons) => agreement.covers(`${project} ${versions.get(project)}`, reasons);
    return { ...files, against, agreement: { key: agreement.key, covers } };
  }

  /** What no file tells by itself: how many they are, and how large, by the facts of the newest plan. */
  async #judgeWhole(digest: string): Promise<readonly Reason[]> {
    const { policy, hash } = this.#options.currentPolicy();
    const known = this.#judged.get(digest);
    if (known?.policyHash === hash) return known.reasons;
    const plan = await this.#options.plans.newestOf(digest);
    if (plan === undefined) return [refuseUnmeasured(policy)]; // not remembered: it may be planned again
    const reasons = judgeBounds(plan, policy);
    if (this.#judged.size >= maxRemembered) this.#judged.clear();
    this.#judged.set(digest, { policyHash: hash, reasons });
    return reasons;
  }

  /** A digest never means another lock. */
  async #content(digest: string): Promise<Content | undefined> {
    const known = this.#remembered.get(digest);
    if (known !== undefined) return known;
    const lock = await this.#options.plans.findLock(digest);
    if (lock === undefined) return undefined;
    const content = contentOf(lock);
    if (this.#remembered.size >= maxRemembered) this.#remembered.clear();
    this.#remembered.set(digest, content);
    return content;
  }
}

function isAgreed(reason: Reason, agreement: Agreement | undefined): boolean {
  return reason.verdict === 'ask' && agreement?.covers('', [reason]) === true;
}

function judgeBounds({ actor, role, requirements, facts }: KeptPlan, policy: Policy): Reason[] {
  const { reasons } = judge({ policy, actor, role, facts, wish: { requirements }, now: new Date() });
  return reasons.filter(({ rule, verdict }) => rule.startsWith('packages.limits.') && verdict !== 'allow');
}

/** Nothing tells whether it is within the bounds. */
function refuseUnmeasured({ packages: { limits } }: Policy): Reason {
  const message = 'no plan of this lock is kept that tells how large it is: plan it again';
  return { rule: 'packages.limits', verdict: limits.verdict, matched: '', message, path: [] };
}

type Agreeing = NonNullable<LockedFiles['agreement']>['covers'];

function contentOf({ digest, packages }: Lock): Content {
  return {
    digest,
    files: new Map(
      packages.map(({ name, wheels, sdist }) => [
        name,
        new Set([...wheels, ...(sdist === undefined ? [] : [sdist])].map(({ sha256 }) => sha256)),
      ]),
    ),
    versions: new Map(packages.map(({ name, version }) => [name, version])),
  };
}
