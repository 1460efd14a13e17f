/** One thing that somebody asks for: a project, which of its versions, where, and with which files. */
export interface WishRequirement {
  /** As PEP 503 spells it. */
  readonly name: string;
  /** Likewise, sorted. */
  readonly extras: readonly string[];
  /** Sorted and without spaces; empty where every version will do. */
  readonly specifier: string;
  /** In its one spelling. */
  readonly marker?: string | undefined;
  /** Lower-case hex, sorted; where there are any, no other file may come in. */
  readonly sha256s: readonly string[];
  readonly source: WishSource;
}

export interface WishSource {
  /** The file as it was named, or `argument`. */
  readonly from: string;
  readonly line?: number | undefined;
  /** The preset that asks for it, where no person does. */
  readonly base?: string | undefined;
}

/** What of a wish was refused, and why. */
export interface WishProblem {
  readonly from: string;
  readonly line?: number | undefined;
  /** What stands there, cut where it is long. */
  readonly text: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** A wish counts only where there are no problems: nothing of it is taken while a part is not understood. */
export interface WishReading {
  readonly requirements: readonly WishRequirement[];
  readonly problems: readonly WishProblem[];
  /** Where the source says which Python it needs. */
  readonly requiresPython?: string | undefined;
}

/** `requirements.txt:3: …`, as compilers print it. */
export function formatWishProblem({ from, line, message }: WishProblem): string {
  return `${from}:${line === undefined ? '' : `${line}:`} ${message}`;
}
