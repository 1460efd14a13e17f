import type { ProjectPage } from '../upstream/index.ts';
import type { Grounds } from './grounds.ts';
import { type JudgedPage, judgePage } from './judge-page.ts';
import type { FindMetadataHash } from './listed-file.ts';
import type { PageForm } from './negotiate.ts';
import { ReadyPage } from './ready-page.ts';
import type { ServedPage } from './served-page.ts';
import type { ServedStore } from './served-store.ts';
import { type View, viewKey } from './view.ts';

interface Judging {
  /** What it was judged by: with anything else it is judged anew. */
  readonly grounds: string;
  readonly made: Promise<JudgedPage>;
  validUntilMs: number;
}

interface Readying {
  readonly grounds: string;
  validUntilMs: number;
  /** Undefined while what was kept of it is all that was asked for. */
  making: Promise<ReadyPage> | undefined;
  made: ReadyPage | undefined;
  readonly served: Map<string, Promise<ServedPage>>;
  /** Of what was kept. */
  keptBytes: number;
}

export interface ReadyPagesOptions {
  /** For the bodies, and what is kept with them. */
  readonly maxBytes: number;
  readonly findMetadataHash: FindMetadataHash;
  /** Keeps pages over a restart; without it they are made anew. */
  readonly store?: ServedStore | undefined;
}

export interface ServedForm {
  readonly form: PageForm;
  readonly isCompressed: boolean;
}

/**
 * The pages that were asked for, judged and ready to be sent. A page is judged once for all views, and again only when
 * upstream, the policy, the advisories or time itself has changed something.
 */
export class ReadyPages {
  readonly #judged = new Map<string, Judging>();
  readonly #ready = new Map<string, Readying>();
  readonly #options: ReadyPagesOptions;
  /** Of these projects this process knows more than what is kept of their pages. */
  readonly #forgotten = new Set<string>();

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
    return this.#make(this.#enter(page, view, grounds), { page, view, grounds });
  }

  /** The page as it is sent, which may have been kept since before this process began. */
  serve(
    page: ProjectPage,
    view: View,
    { grounds, ...form }: ServedForm & { readonly grounds: Grounds },
  ): Promise<ServedPage> {
    const entry = this.#enter(page, view, grounds);
    const key = `${form.form} ${form.isCompressed}`;
    const known = entry.served.get(key);
    if (known !== undefined) return known;
    const serving = this.#serve(entry, { page, view, grounds }, form);
    entry.served.set(key, serving);
    serving.catch(() => entry.served.delete(key));
    return serving;
  }

  /** Something was learned of a file of the project: its pages are made anew. */
  forget(name: string): void {
    this.#judged.delete(name);
    this.#forgotten.add(name);
    for (const key of this.#ready.keys()) if (key.startsWith(`${name} `)) this.#ready.delete(key);
  }

  #enter(page: ProjectPage, view: View, grounds: Grounds): Readying {
    const text = describeGrounds(page, grounds);
    const key = `${page.name} ${viewKey(view)}`;
    const known = this.#ready.get(key);
    const isKnown = known?.grounds === text && grounds.now.getTime() < known.validUntilMs;
    const entry = isKnown ? known : startReadying(text);
    // The one that was asked for last stands last.
    this.#ready.delete(key);
    this.#ready.set(key, entry);
    if (!isKnown) this.#makeRoom();
    return entry;
  }

  #make(entry: Readying, { page, view, grounds }: Wanted): Promise<ReadyPage> {
    if (entry.making !== undefined) return entry.making;
    const { findMetadataHash } = this.#options;
    const making = this.#judge(page, grounds).made.then((judged) => {
      entry.validUntilMs = Math.min(entry.validUntilMs, judged.validUntilMs);
      return (entry.made = new ReadyPage({ judged, view, grounds: entry.grounds, findMetadataHash }));
    });
    entry.making = making;
    making.catch(() => (entry.making = undefined)); // whoever asked for it is told
    return making;
  }

  async #serve(entry: Readying, wanted: Wanted, { form, isCompressed }: ServedForm): Promise<ServedPage> {
    const { page, view, grounds } = wanted;
    // The views of locks are as many as there are locks.
    const store = view.lock === undefined ? this.#options.store : undefined;
    const name = [page.name, viewKey(view), form, String(isCompressed)];
    const isForgotten = store === undefined || this.#forgotten.has(page.name);
    const kept = isForgotten ? undefined : await store.read(name, await this.#groundsOfKept(entry, wanted));
    if (kept !== undefined && grounds.now.getTime() < kept.validUntilMs) {
      entry.validUntilMs = Math.min(entry.validUntilMs, kept.validUntilMs);
      entry.keptBytes += kept.body.bytes.length;
      return kept;
    }
    const ready = await this.#make(entry, wanted);
    const { notes, listed, opened } = ready;
    const body = await ready.body(form, isCompressed);
    const served = { body, notes, isEmpty: listed.size === 0, validUntilMs: entry.validUntilMs };
    void store?.write(name, served, `${entry.grounds} ${opened}`);
    return served;
  }

  /** A wheel may have been opened since, by this process before it was ended or by another. */
  async #groundsOfKept({ grounds: text }: Readying, { page, grounds }: Wanted): Promise<string> {
    return `${text} ${(await grounds.loadInspections?.(page.name)) ?? ''}`;
  }

  #judge(page: ProjectPage, grounds: Grounds): Judging {
    const text = describeGrounds(page, grounds);
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

  #makeRoom(): void {
    let bytes = 0;
    for (const entry of this.#ready.values()) bytes += bytesOf(entry);
    for (const [key, entry] of this.#ready) {
      // The page that was asked for last stays, however large it is.
      if (bytes <= this.#options.maxBytes || this.#ready.size === 1) return;
      this.#ready.delete(key);
      this.#judged.delete(key.slice(0, key.indexOf(' ')));
      bytes -= bytesOf(entry);
    }
  }
}

interface Wanted {
  readonly page: ProjectPage;
  readonly view: View;
  readonly grounds: Grounds;
}

function startReadying(grounds: string): Readying {
  const unknown = { making: undefined, made: undefined, validUntilMs: Number.POSITIVE_INFINITY };
  return { ...unknown, grounds, served: new Map(), keptBytes: 0 };
}

function bytesOf({ made, keptBytes }: Readying): number {
  return (made?.bytes ?? 0) + keptBytes;
}

/** Raised whenever pages are judged or written in another way: what an older Belljar kept is made anew. */
const form = 1;

function describeGrounds({ index, digest }: ProjectPage, { policyHash, advisories }: Grounds): string {
  return `${form} ${index} ${digest} ${policyHash} ${advisories.asOf ?? 'none'} ${advisories.digest ?? ''}`;
}
