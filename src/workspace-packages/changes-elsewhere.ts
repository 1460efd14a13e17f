import type { Declarations } from './declarations.ts';

export interface ChangesElsewhereOptions {
  readonly declarations: Pick<Declarations, 'environmentsOf'>;
  /** Whose news somebody here would hear; asked before each look. */
  readonly watched: () => Iterable<string>;
  readonly onChanged: (workspace: string, environment: string | null) => void;
  readonly everyMs?: number | undefined;
}

const defaultEveryMs = 2000;

/**
 * Notices what other processes do to the packages of the workspaces that are in use here: one look at as many rows as there
 * are such workspaces, now and then, and none while there are none.
 */
export class ChangesElsewhere {
  readonly #options: ChangesElsewhereOptions;
  readonly #known = new Map<string, string | null>();
  /** Whose environment was said since the rows were last asked for. */
  readonly #news = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: ChangesElsewhereOptions) {
    this.#options = options;
  }

  /** A workspace is in use from now on, with this environment. */
  begin(workspace: string, environment: string | null): void {
    const before = this.#known.get(workspace);
    this.#known.set(workspace, environment);
    this.#news.add(workspace);
    if (before !== undefined && before !== environment) this.#options.onChanged(workspace, environment);
    if (this.#isClosed || this.#timer !== undefined) return;
    const { everyMs = defaultEveryMs } = this.#options;
    this.#timer = setInterval(() => void this.look(), everyMs);
    this.#timer.unref(); // it keeps nobody from ending
  }

  /** What happened here was told already. */
  tell(workspace: string, environment: string | null): void {
    if (!this.#known.has(workspace)) return;
    this.#known.set(workspace, environment);
    this.#news.add(workspace);
  }

  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#looking;
  }

  async #look(): Promise<void> {
    const watched = new Set(this.#options.watched());
    for (const name of this.#known.keys()) if (!watched.has(name)) this.#known.delete(name);
    if (this.#known.size === 0) {
      this.#rest();
      return;
    }
    // What cannot be read now is read the next time; whoever needs the database is told by it.
    const asked = new Map(this.#known);
    this.#news.clear();
    const found = await this.#options.declarations.environmentsOf([...asked.keys()]).catch(() => undefined);
    if (found === undefined) return;
    for (const [workspace, before] of asked) {
      const environment = found.get(workspace) ?? null;
      // What was read is older than what was said here meanwhile.
      if (environment === before || this.#news.has(workspace)) continue;
      this.#known.set(workspace, environment);
      this.#options.onChanged(workspace, environment);
    }
  }

  #rest(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
