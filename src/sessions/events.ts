import type { SandboxUsage } from '../sandbox/index.ts';
import type { Verdict } from '../words.ts';
import type { Artifact } from './files/index.ts';
import type { TracebackFrame } from './frame-schemas.ts';
import type { MimeBundle } from './mime-bundle.ts';
import type { RunOutcome } from './outcome.ts';
import type { SessionEnd } from './session-end.ts';

export type { Artifact, MimeBundle, TracebackFrame };

/** A distribution that may bring the module that was missing. */
export interface PackageCandidate {
  readonly name: string;
  /** How it is known: from a wheel that was seen, from the list of famous mismatches, or by the module's own name. */
  readonly because: 'seen' | 'known' | 'same-name';
  /** What the policy says of it; left out where that could not be said at once. */
  readonly policy?: CandidateJudgement | undefined;
}

export interface CandidateJudgement {
  readonly verdict: Verdict;
  readonly rule: string;
  /** One sentence for a person. */
  readonly message: string;
  /** By what was known when it was last planned, or by its name alone: then a plan may still come to another verdict. */
  readonly by: 'facts' | 'name';
  /** When those facts were known. */
  readonly asOf?: string | undefined;
}

/** What is left of a session's state after a run: names and files, files only, or neither. */
export type Survived = 'all' | 'files' | 'nothing';

/** What a run tells, in Jupyter's words where it has them. */
export type RunNews =
  | { readonly type: 'status'; readonly state: 'queued' | 'busy' | 'idle' }
  | { readonly type: 'stream'; readonly name: 'stdout' | 'stderr'; readonly text: string }
  | {
      readonly type: 'display_data';
      readonly data: MimeBundle;
      readonly metadata: MimeBundle;
      readonly displayId?: string | undefined;
      /** It replaces what was shown under that id. */
      readonly isUpdate?: boolean | undefined;
    }
  | {
      readonly type: 'execute_result';
      readonly data: MimeBundle;
      readonly metadata: MimeBundle;
      readonly executionCount: number;
    }
  | {
      readonly type: 'error';
      readonly name: string;
      readonly value: string;
      readonly frames: readonly TracebackFrame[];
      /** As Python prints it, without the runner's own frames. */
      readonly traceback: string;
    }
  | { readonly type: 'clear_output'; readonly wait: boolean }
  | { readonly type: 'input_request'; readonly id: string; readonly prompt: string; readonly isPassword: boolean }
  | {
      readonly type: 'missing_package';
      readonly module: string;
      /** The likeliest first; none where no package should be offered. */
      readonly candidates: readonly PackageCandidate[];
      readonly hint?: string | undefined;
      /** All of it for a person. */
      readonly text: string;
    }
  | ({ readonly type: 'artifact' } & Artifact)
  /** So many more files are new, changed or gone than were told one by one. */
  | { readonly type: 'more_artifacts'; readonly count: number }
  | { readonly type: 'cut'; readonly limitBytes: number }
  /** Some events came and were dropped before they were read. */
  | { readonly type: 'gap'; readonly missed: number }
  /** The interpreter ended, and its names with it; files are still there where `survived` says so. */
  | { readonly type: 'lost'; readonly survived: Survived }
  /**
   * Its workspace has this environment from the next session on, null for none; or, told at the beginning, this session does
   * not have what its workspace declared.
   */
  | { readonly type: 'environment'; readonly key: string | null; readonly text: string }
  /** The session has ended; nothing comes after it. */
  | ({ readonly type: 'closed' } & SessionEnd)
  | { readonly type: 'usage'; readonly usage: SandboxUsage }
  | { readonly type: 'done'; readonly outcome: RunOutcome };

/** Numbered within its session, from 1, without a gap: whoever lost the connection asks again from the last one seen. */
export type SessionEvent = RunNews & {
  readonly seq: number;
  /** Null for what came between runs, such as a thread that prints after its run has ended. */
  readonly run: string | null;
};
