import { toVisible } from '../../visible.ts';
import type { Verdict } from '../../words.ts';
import type { JudgedFile } from './judge-page.ts';

/** A version, or a file of it, that a client was not shown or not given, and why. */
export interface Refusal {
  /** ISO 8601: when it was asked for last. */
  readonly at: string;
  readonly project: string;
  readonly version?: string | undefined;
  readonly filename?: string | undefined;
  readonly verdict: Exclude<Verdict, 'allow'>;
  readonly reasons: readonly RefusalReason[];
}

export interface RefusalReason {
  readonly rule: string;
  readonly message: string;
}

export type RefusalNote = Omit<Refusal, 'at' | 'project'>;

interface Page {
  readonly at: Date;
  readonly project: string;
  readonly notes: readonly RefusalNote[];
}

const maxPages = 400;
const maxNotesPerPage = 400;

/** The last refusals of one client: those of a page take the place of what its page said before. */
export class RefusalBook {
  readonly #pages = new Map<string, Page>();

  /** `about` is the page, or the file: each is kept once, as it was asked for last. */
  note(about: string, page: Page): void {
    this.#pages.delete(about);
    if (page.notes.length === 0) return;
    this.#pages.set(about, page);
    if (this.#pages.size <= maxPages) return;
    const [oldest] = this.#pages.keys();
    if (oldest !== undefined) this.#pages.delete(oldest);
  }

  /** The newest first. */
  list(): Refusal[] {
    return [...this.#pages.values()]
      .reverse()
      .flatMap(({ at, project, notes }) => notes.map((note) => ({ at: at.toISOString(), project, ...note })));
  }
}

/**
 * One note for the files of a version that are refused for the same reasons, and one for all that no installer takes. A
 * source distribution is not missed where a wheel of its version is there.
 */
export function noteHidden(hidden: readonly JudgedFile[], listedVersions: ReadonlySet<string>): RefusalNote[] {
  const notes = new Map<string, RefusalNote>();
  for (const judged of hidden.toReversed()) {
    const { version, verdict, isWheel } = judged;
    if (verdict === 'allow') continue; // of another lock, and nothing stands against it
    if (version === undefined || (!isWheel && listedVersions.has(version))) continue;
    const key = `${version} ${judged.reasons.map(({ rule }) => rule).join(' ')}`;
    if (!notes.has(key)) notes.set(key, toNote(judged, verdict));
    if (notes.size >= maxNotesPerPage) break;
  }
  return [...notes.values(), ...noteMisnamed(hidden)];
}

function noteMisnamed(hidden: readonly JudgedFile[]): RefusalNote[] {
  const misnamed = hidden.filter(({ version }) => version === undefined);
  const [first] = misnamed;
  if (first === undefined) return [];
  const more = misnamed.length - 1;
  const others = more === 0 ? '' : more === 1 ? '; nor is 1 other' : `; nor are ${more} others`;
  const reasons = first.reasons.map(({ rule, message }) => ({ rule, message: `${message}${others}` }));
  return [{ verdict: 'deny', reasons }];
}

export function noteFile(judged: JudgedFile, verdict: Exclude<Verdict, 'allow'>): RefusalNote {
  return { ...toNote(judged, verdict), filename: judged.file.filename };
}

function toNote({ version, reasons }: JudgedFile, verdict: Exclude<Verdict, 'allow'>): RefusalNote {
  return {
    version,
    verdict,
    reasons: reasons.map(({ rule, message }) => ({ rule, message: toVisible(message) })),
  };
}
