import type { Actor, Policy } from '../../policy/index.ts';
import type { AuditRecord } from '../../record/index.ts';
import type { Database } from '../../storage/index.ts';
import type { Role } from '../../words.ts';
import type { AdvisorySource } from '../gate/index.ts';
import type { LearnedImports } from '../learned/index.ts';
import type { Lock, NamedSource, ResolverPython, SourceReading, Target } from '../resolve/index.ts';
import type { Upstream } from '../upstream/index.ts';
import type { WishRequirement } from '../wish/index.ts';
import type { PresentSet } from './changes.ts';
import type { PythonNeed } from './choose-target.ts';
import type { FindInspection } from './package-facts.ts';

/** A Python of this machine that packages are for. */
export type PlanPython = ResolverPython & { readonly version: string };

export interface PlannerOptions {
  readonly upstream: Upstream;
  readonly database: Database;
  readonly record: AuditRecord;
  readonly python: PlanPython;
  readonly folders: { readonly uv: string; readonly volumes: string; readonly cache: string };
  readonly findInspection: FindInspection;
  /** Tells what sources need; without it plans are of wheels alone. */
  readonly readSource?: ((question: SourceQuestion) => Promise<SourceReading>) | undefined;
  /** Told which modules wheels say they bring. */
  readonly imports?: Pick<LearnedImports, 'learn'> | undefined;
  /** Asked at every plan, and so is the policy. */
  readonly currentAdvisories: () => AdvisorySource;
  readonly currentPolicy: () => { readonly policy: Policy; readonly hash: string };
  /** How long a page of an index is good without asking. */
  readonly freshMs: number;
  readonly now?: (() => Date) | undefined;
}

/** What a source says of itself is wanted, for a plan. */
export interface SourceQuestion extends NamedSource, Pick<PlanOptions, 'actor' | 'role' | 'workspace' | 'signal'> {
  readonly python: PlanPython;
  /** Whether it may be built for that: else nothing of it runs. */
  readonly mayBuild: boolean;
}

export interface PlanOptions {
  readonly requirements: readonly WishRequirement[];
  readonly actor: Actor;
  readonly role: Role;
  readonly workspace?: string | undefined;
  /** The Python that it is for, and that sources are built with; Belljar's own where left out. */
  readonly python?: PlanPython | undefined;
  /** Its Python on this machine where left out. */
  readonly target?: Partial<Target> | undefined;
  /** What the sources of the wish say of Python: another target is chosen where the one here is none of them. */
  readonly pythonNeeds?: readonly PythonNeed[] | undefined;
  /** This very lock is judged, whatever the wish would come to now. */
  readonly lock?: Lock | undefined;
  /** Looks for new versions although the wish has a lock, or others are there; the index is asked anew. */
  readonly upgrade?: boolean | undefined;
  /** Lets sources be built behind glass where only that tells what they need; the policy has to let them in, too. */
  readonly mayBuild?: boolean | undefined;
  /** Plans with wheels alone, whatever the policy says of sources. */
  readonly wheelsOnly?: boolean | undefined;
  /** What is there: its versions are kept where they still fit. */
  readonly present?: PresentSet | undefined;
  readonly onProgress?: ((progress: PlanProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How far a plan has come: pages that were looked at while resolving, then packages of a known number. */
export interface PlanProgress {
  readonly phase: 'resolving' | 'judging';
  readonly done: number;
  readonly total?: number;
}
