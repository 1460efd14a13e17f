import type { Reason } from '../../policy/index.ts';
import type { Verdict } from '../../words.ts';

/**
 * `plan` shows what a plan may still ask for; `strict` only what needs no answer, or has one; `unfiltered` all, for our own
 * explanations, and never gives out a file.
 */
export type ViewName = 'plan' | 'strict' | 'unfiltered';

/** The files of one lock: in its view there are no others. */
export interface LockedFiles {
  readonly digest: string;
  /** The sha256 of the files, by the normalised names of their projects. */
  readonly files: ReadonlyMap<string, ReadonlySet<string>>;
  /** What somebody who may has agreed to, of this very lock; undefined where nobody has. */
  readonly agreement?: Agreement | undefined;
  /** What stands against the lock as a whole, and nobody agreed to: none of it is given out. */
  readonly against?: readonly Reason[] | undefined;
}

export interface Agreement {
  /** Tells it from every other. */
  readonly key: string;
  /** Whether all that stands against a file of a project was asked about. */
  covers(project: string, reasons: readonly Reason[]): boolean;
}

export interface View {
  readonly name: ViewName;
  readonly lock?: LockedFiles | undefined;
}

/** What sets the pages of one view apart from those of another. */
export function viewKey({ name, lock }: View): string {
  return lock === undefined ? name : `${name} ${lock.digest} ${lock.agreement?.key ?? ''}`;
}

export interface Candidate {
  readonly project: string;
  readonly sha256: string | undefined;
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
}

/** Whether the view shows a file that has this verdict. */
export function showsFile({ name, lock }: View, { project, sha256, verdict, reasons }: Candidate): boolean {
  if (name === 'unfiltered') return true;
  if (sha256 === undefined || verdict === 'deny') return false;
  if (lock !== undefined && lock.files.get(project)?.has(sha256) !== true) return false;
  return verdict === 'allow' || name === 'plan' || lock?.agreement?.covers(project, reasons) === true;
}
