import type { Grounds, KeptInspection } from '../gate/index.ts';
import type { Lock } from '../resolve/index.ts';
import { findFile, type Upstream } from '../upstream/index.ts';
import { filesOf, type FindInspection } from './package-facts.ts';

export interface KnownRefusalsOptions {
  readonly upstream: Pick<Upstream, 'findPage'>;
  readonly findInspection: FindInspection;
}

/**
 * The wheels that were opened and refused before, as far as a plan came across them. To look for all that an index lists
 * would cost a look at the disk for each: so it is looked for what was chosen, and chosen anew without it.
 */
export class KnownRefusals {
  readonly #options: KnownRefusalsOptions;
  readonly #found = new Map<string, KeptInspection>();

  constructor(options: KnownRefusalsOptions) {
    this.#options = options;
  }

  /** Whether a lock has any that were not come across yet. */
  async areIn(lock: Lock, signal?: AbortSignal): Promise<boolean> {
    const before = this.#found.size;
    await Promise.all(lock.packages.map((locked) => this.#look(locked, signal)));
    return this.#found.size > before;
  }

  /** What was found in one of them. */
  readonly peek: NonNullable<Grounds['peekInspection']> = ({ sha256, filename }) => {
    return this.#found.get(`${sha256} ${filename}`);
  };

  /** A text of its own for each state. */
  get key(): string {
    return [...this.#found.keys()].sort().join();
  }

  async #look(locked: Lock['packages'][number], signal: AbortSignal | undefined): Promise<void> {
    const [wanted] = filesOf(locked);
    const page = await this.#options.upstream.findPage(locked.name, { signal });
    const listed = wanted === undefined || page === undefined ? undefined : findFile(page, wanted);
    if (wanted === undefined || listed === undefined) return;
    const inspection = await this.#options.findInspection({ ...listed, sha256: wanted.sha256 });
    if (inspection?.verdict === 'refused') this.#found.set(`${wanted.sha256} ${listed.filename}`, inspection);
  }
}
