import type { ActorKind, Verdict } from '../words.ts';

/** Why a verdict is what it is. */
export interface Reason {
  /** The rule of the policy, as a path such as `packages.deny[2]`. */
  readonly rule: string;
  readonly verdict: Verdict;
  /** What the rule met: a name, a version, a licence, an advisory, an amount. */
  readonly matched: string;
  /** One sentence for a person. */
  readonly message: string;
  /** From the requested package to the one that the reason is about; empty for reasons about the whole. */
  readonly path: readonly string[];
  /** The nearest version that would pass; null where none of the known ones does; left out where none is known. */
  readonly nearest?: string | null;
  /** The waiver that lifted it, as a path such as `waivers[0]`; the verdict is `allow` then. */
  readonly waiver?: string;
  /** Whether it is about a fact that is not known. */
  readonly isMissingFact?: true;
}

/** Who asks. */
export interface Actor {
  readonly id: string;
  readonly kind: ActorKind;
}
