import type { ProjectPage } from '../upstream/index.ts';
import type { AdvisorySource, Grounds } from './grounds.ts';
import { type JudgedPage, judgePage } from './judge-page.ts';
import type { FindMetadataHash } from './listed-file.ts';
import { ReadyPage } from './ready-page.ts';
import { type View, viewKey } from './view.ts';

interface Judging {
  /** What it was judged by: with anything else it is judged anew. */
  readonly grounds: string;
  readonly made: Promise<JudgedPage>;
  validUntilMs: number;
}

interface Readying {
  readonly from: Judging;
  readonly made: Promise<ReadyPage>;
  page: ReadyPage | undefined;
}

export interface ReadyPagesOptions {
  /** For the bodies, and what is kept with them. */
  readonly maxBytes: number;
  readonly findMetadataHash: FindMetadataHash;
}

/**
 * The pages that were asked for, judged and ready to be sent. A page is judged once for all views, and again only when
 * upstream, the policy, the advisories or time itself has changed something.
 */
export class ReadyPages {
  readonly #judged = new Map<string, Judging>();
  readonly #ready = new Map<string, Readying>();
  readonly #options: ReadyPagesOptions;

  constructor(options: ReadyPagesOptions) {
    this.#options = options;
  }

  /** The names of the projects whose pages are ready in a view. */
  names(view: View): string[] {
    const suffix = ` ${viewKey(view)}`;
    const keys = [...this.#ready.keys()].filter((key) => key.endsWith(suffix));
    return keys.map((key) => key.slice(0, -suffix.length)).sort();
  }

  judge(page: ProjectPage, grounds: Grounds): Promise<JudgedPage> {
    return this.#judge(page, grounds).made;
  }

  find(page: ProjectPage, view: View, grounds: Grounds): Promise<ReadyPage> {
    const judging = this.#judge(page, grounds);
    const key = `${page.name} ${viewKey(view)}`;
    const known = this.#ready.get(key);
    const isKnown = known?.from === judging;
    const entry = isKnown ? known : this.#make(judging, view);
    // The one that was asked for last stands last.
    this.#ready.delete(key);
    this.#ready.set(key, entry);
    if (!isKnown) this.#makeRoom();
    return entry.made;
  }

  /** Something was learned of a file of the project: its pages are made anew. */
  forget(name: string): void {
    this.#judged.delete(name);
  }

  #judge(page: ProjectPage, grounds: Grounds): Judging {
    const text = `${page.index} ${page.digest} ${grounds.policyHash} ${describeAdvisories(grounds.advisories)}`;
    const known = this.#judged.get(page.name);
    if (known?.grounds === text && grounds.now.getTime() < known.validUntilMs) return known;
    const judging: Judging = {
      grounds: text,
      made: judgePage(page, grounds),
      validUntilMs: Number.POSITIVE_INFINITY,
    };
    this.#judged.set(page.name, judging);
    judging.made.then(
      ({ validUntilMs }) => (judging.validUntilMs = validUntilMs),
      () => this.#judged.delete(page.name),
    );
    return judging;
  }

  #make(judging: Judging, view: View): Readying {
    const { findMetadataHash } = this.#options;
    const made = judging.made.then(
      (judged) => new ReadyPage({ judged, view, grounds: judging.grounds, findMetadataHash }),
    );
    const entry: Readying = { from: judging, made, page: undefined };
    made.then(
      (page) => (entry.page = page),
      () => undefined, // whoever asked for it is told
    );
    return entry;
  }

  #makeRoom(): void {
    let bytes = 0;
    for (const { page } of this.#ready.values()) bytes += page?.bytes ?? 0;
    for (const [key, { page }] of this.#ready) {
      // The page that was asked for last stays, however large it is.
      if (bytes <= this.#options.maxBytes || this.#ready.size === 1) return;
      this.#ready.delete(key);
      this.#judged.delete(key.slice(0, key.indexOf(' ')));
      bytes -= page?.bytes ?? 0;
    }
  }
}

function describeAdvisories({ asOf = 'none', digest = '' }: AdvisorySource): string {
  return `${asOf} ${digest}`;
}
