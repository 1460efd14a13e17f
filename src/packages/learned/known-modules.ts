import {
  judgeAdvisoryData,
  judgeName,
  judgePackage,
  type NameJudgement,
  normalizeName,
  type Policy,
  strictest,
} from '../../policy/index.ts';
import { findLookalike } from '../names/index.ts';
import type { LearnedImports } from './learned-imports.ts';
import type { PlannedPackages, RememberedPackage } from './planned-packages.ts';

export interface KnownModulesOptions {
  readonly imports: Pick<LearnedImports, 'distributionsOf'>;
  readonly planned: Pick<PlannedPackages, 'find'>;
  readonly currentPolicy: () => { readonly policy: Policy };
  readonly now?: (() => Date) | undefined;
}

/** What the policy says of a distribution that may be asked for, without asking any index. */
export interface CandidateJudgement extends NameJudgement {
  /** Whether it was judged by what the last plan with it knew, or by its name alone. */
  readonly by: 'facts' | 'name';
  /** When those facts were known. */
  readonly asOf?: string | undefined;
}

/** What an installation knows of modules: who brings them, and what its policy says of that. */
export class KnownModules {
  readonly #options: KnownModulesOptions;

  constructor(options: KnownModulesOptions) {
    this.#options = options;
  }

  distributionsOf(module: string): Promise<readonly string[]> {
    return this.#options.imports.distributionsOf(module);
  }

  async judge(distribution: string): Promise<CandidateJudgement> {
    const { planned, currentPolicy, now: clock } = this.#options;
    const [name, now] = [normalizeName(distribution), clock?.() ?? new Date()];
    const remembered = await planned.find(name);
    const { policy } = currentPolicy();
    const lookalike = findLookalike(name, policy);
    const byName: CandidateJudgement = { ...judgeName({ policy, name, lookalike, now }), by: 'name' };
    // The version that was planned then is not the one that is taken now: what is said of the name holds for both.
    if (remembered === undefined || byName.verdict === 'deny') return byName;
    return { ...judgeFacts(remembered, { policy, now }), by: 'facts', asOf: remembered.time };
  }
}

function judgeFacts(
  { facts, advisoryData }: RememberedPackage,
  { policy, now }: { readonly policy: Policy; readonly now: Date },
): NameJudgement {
  const { reasons } = judgePackage({ policy, facts, now, path: [facts.name] });
  const all = [...reasons, ...judgeAdvisoryData({ policy, asOf: advisoryData?.asOf, now })];
  const verdict = strictest(all.map((reason) => reason.verdict));
  const decisive = all.find((reason) => reason.verdict === verdict);
  return { verdict, rule: decisive?.rule ?? 'packages.default', message: decisive?.message ?? '' };
}
