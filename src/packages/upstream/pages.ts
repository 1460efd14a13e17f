import { Turns } from '../turns.ts';
import { Flights } from './flights.ts';
import type { IndexClient } from './index-client.ts';
import type { KeptPage } from './kept-page.ts';
import { Memory } from './memory.ts';
import { fetchPage } from './fetch-page.ts';
import { OpenedPage } from './opened-page.ts';
import type { PageReader } from './page-reader.ts';
import { PageStore } from './page-store.ts';
import type { ProjectPage } from './project-page.ts';
import { whyUnavailable } from './unavailable.ts';
import type { PageOptions } from './upstream.ts';

export interface PageTimes {
  /** So long what is kept is the answer. */
  readonly freshMs: number;
  /** So long after it was checked it is the answer, while it is asked for again behind the scenes. */
  readonly backgroundMs: number;
  /** So long the answer “there is no such project” is kept. */
  readonly missingMs: number;
  /** So long an index that could not be asked is not asked again for what is kept. */
  readonly retryMs: number;
}

export interface PagesOptions extends PageTimes {
  readonly folder: string;
  readonly client: IndexClient;
  readonly reader: PageReader;
  readonly maxMemoryBytes: number;
  readonly maxPageBytes: number;
  readonly pageTimeoutMs: number;
}

const atOnceLater = 3;
const rememberedBytes = 512;

interface Known {
  readonly kept: KeptPage;
  readonly checkedAtMs: number;
  isStale: boolean;
}

/** The pages of one index, asked for as seldom as may be. */
export class Pages {
  readonly #options: PagesOptions;
  readonly #store: PageStore;
  readonly #memory: Memory<Known>;
  readonly #flights = new Flights<Known>();
  readonly #turns = new Turns(atOnceLater);
  readonly #later = new Set<string>();
  readonly #closing = new AbortController();
  #lostAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: PagesOptions) {
    this.#options = options;
    this.#store = new PageStore(options.folder, options.client);
    this.#memory = new Memory(options.maxMemoryBytes);
  }

  async prepare(): Promise<void> {
    await this.#store.prepare();
  }

  /** The name must be normalised. */
  async find(name: string, { signal, checkedSinceMs = 0 }: PageOptions = {}): Promise<ProjectPage | undefined> {
    const known = this.#memory.get(name) ?? (await this.#recall(name));
    if (known === undefined) return present(await this.#ask(name, undefined, signal));
    if (known.checkedAtMs < checkedSinceMs) {
      return this.#isLost() ? present(known, true) : present(await this.#askOrKeep(name, known, signal));
    }
    const { freshMs, backgroundMs, missingMs } = this.#options;
    const ageMs = Math.abs(Date.now() - known.checkedAtMs); // what the future said is no fresher than the past
    if (known.kept.page === undefined) {
      return present(ageMs < missingMs ? known : await this.#ask(name, known, signal));
    }
    if (ageMs < freshMs && !known.isStale) return present(known);
    if (this.#isLost()) return present(known, true);
    if (ageMs >= backgroundMs) return present(await this.#askOrKeep(name, known, signal));
    this.#askLater(name, known);
    return present(known);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#flights.close();
  }

  /** Whoever asks does not wait. A few at a time: what is done for later is not to slow down what is wanted now. */
  #askLater(name: string, known: Known): void {
    if (this.#later.has(name) || this.#closing.signal.aborted) return;
    this.#later.add(name);
    const { signal } = this.#closing;
    const ask = async (): Promise<void> => {
      using _turn = await this.#turns.take(signal);
      await this.#askOrKeep(name, known, signal);
    };
    // If it fails, the next one is told.
    void ask()
      .catch(() => undefined)
      .finally(() => this.#later.delete(name));
  }

  #isLost(): boolean {
    return Date.now() - this.#lostAtMs < this.#options.retryMs;
  }

  async #recall(name: string): Promise<Known | undefined> {
    const stored = await this.#store.read(name);
    return stored === undefined ? undefined : this.#remember(name, { ...stored, isStale: false });
  }

  async #askOrKeep(name: string, known: Known, signal?: AbortSignal): Promise<Known> {
    try {
      return await this.#ask(name, known, signal);
    } catch (error) {
      if (whyUnavailable(error) === undefined) throw error;
      known.isStale = true;
      return known;
    }
  }

  async #ask(name: string, known: Known | undefined, signal?: AbortSignal): Promise<Known> {
    return this.#flights.join(name, (flightSignal) => this.#fetch(name, known, flightSignal), signal);
  }

  async #fetch(name: string, known: Known | undefined, signal: AbortSignal): Promise<Known> {
    const askedAtMs = Date.now();
    try {
      const kept = await fetchPage({ ...this.#options, name, known: known?.kept, signal });
      this.#lostAtMs = Number.NEGATIVE_INFINITY;
      if (kept.page === undefined) await this.#store.remove(name);
      else if (kept === known?.kept) await this.#store.confirm(name, askedAtMs);
      else await this.#store.write(name, kept);
      return this.#remember(name, { kept, checkedAtMs: askedAtMs, isStale: false });
    } catch (error) {
      const why = whyUnavailable(error);
      if (why === 'network' || why === 'timeout') this.#lostAtMs = Date.now();
      throw error;
    }
  }

  #remember(name: string, known: Known): Known {
    this.#options.client.admitHosts(known.kept.hosts);
    // Each costs more than what stands in it: names that nobody has are asked for without end.
    this.#memory.set(name, known, known.kept.bytes.length + rememberedBytes);
    return known;
  }
}

function present({ kept: { page, files }, checkedAtMs, isStale }: Known, isLost = false): ProjectPage | undefined {
  if (page === undefined) return undefined;
  const fetchedAt = new Date(checkedAtMs).toISOString();
  return new OpenedPage({ ...page, fetchedAt, isStale: isStale || isLost }, files);
}
