import type { Reason } from '../../policy/index.ts';
import type { Verdict } from '../../words.ts';
import type { Lock, UnreadSource } from '../resolve/index.ts';
import type { Change } from './changes.ts';
import type { HeldBack } from './other-versions.ts';

/** One package of a plan: what was decided on it, why, and what is known of it. */
export interface PlannedPackage {
  readonly name: string;
  readonly version: string;
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
  readonly isRequested: boolean;
  /** From a package that was asked for to this one. */
  readonly path: readonly string[];
  readonly requiredBy: readonly string[];
  readonly extras: readonly string[];
  readonly index?: string | undefined;
  /** A source has to be built first, which runs its code. */
  readonly from: 'wheel' | 'source';
  readonly filename?: string | undefined;
  readonly sha256?: string | undefined;
  readonly licence?: { readonly expression: string; readonly source?: string | undefined } | undefined;
  /** Where what the package says of its licence does not go together. */
  readonly licenceContradictions: readonly string[];
  readonly sizeBytes?: number | undefined;
  readonly uploadTime?: string | undefined;
  readonly ageMs?: number | undefined;
  readonly advisories: readonly { readonly id: string; readonly severity?: string | undefined }[];
  /** Whether the wheel was opened already, or is still to be, before anything is built. */
  readonly inspection: 'done' | 'pending' | 'refused';
  /** The nearest version that would pass; null where none does; left out where this one does. */
  readonly nearest?: string | null | undefined;
  /** Newer versions that the policy keeps away. */
  readonly heldBack: readonly HeldBack[];
}

/** Why a wish has no lock. */
export interface Obstacle {
  /**
   * `absent`: no index has a name; `no-version`: there never was a version that fits; `conflict`: what is asked for does not
   * go together; `source`: nobody knows what a source needs; `policy`: there is a solution, and the policy denies it.
   */
  readonly kind: 'absent' | 'no-version' | 'conflict' | 'source' | 'policy';
  /** In our words. */
  readonly message: string;
  /** In the resolver's. */
  readonly resolver?: string | undefined;
  /** Names that no index has, and what was perhaps meant. */
  readonly absent: readonly {
    readonly name: string;
    readonly suggestion?: string | undefined;
    /** What speaks for the suggestion. */
    readonly why?: string | undefined;
  }[];
  /** Names of which there is a source alone, and that are easily taken for others. */
  readonly doubtful?: readonly { readonly name: string; readonly suggestion: string; readonly why: string }[];
  /** Sources that would have to be built before anybody knows what they need. */
  readonly unread: readonly UnreadSource[];
  /** What the policy says of the packages that would have been taken without it. */
  readonly denials: readonly PlannedPackage[];
}

export interface PlanTotals {
  readonly packages: number;
  readonly byVerdict: Readonly<Record<Verdict, number>>;
  readonly downloadBytes: number;
  /** How many packages have a size that nobody tells. */
  readonly unknownSizes: number;
  /** How many wheels are still to be opened. */
  readonly pending: number;
}

/** The tree that a wish comes to, with a verdict on each package and one on the whole. */
export interface Plan {
  readonly id: string;
  readonly at: string;
  readonly verdict: Verdict;
  /** The verdict if all that is not known were known and good. */
  readonly verdictOnKnownFacts: Verdict;
  /** What is said of the plan as a whole. */
  readonly reasons: readonly Reason[];
  readonly packages: readonly PlannedPackage[];
  readonly totals: PlanTotals;
  /** Undefined where there is no solution. */
  readonly lock: Lock | undefined;
  /** When the lock was made, where it is one that the wish had already. */
  readonly lockedAt?: string | undefined;
  readonly obstacle?: Obstacle | undefined;
  /** What would change against the environment that is there; undefined where there is none. */
  readonly changes?: readonly Change[] | undefined;
  readonly target: string;
  readonly policyHash: string;
  /** The state of the advisory data. */
  readonly advisoriesAsOf: string | undefined;
  /** The names whose pages could not be asked for anew. */
  readonly stale: readonly string[];
  /** The digest of the wish. */
  readonly wish: string;
}
