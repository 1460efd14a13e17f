import { type Database, type Sql, sql } from '../../storage/index.ts';
import type { Holder } from './holder.ts';
import { type ShelvedEnvironment, asEnvironments, selectEnvironments } from './rows.ts';

export interface LeasesOptions {
  readonly database: Database;
  readonly holder: Holder;
  /** So long a lease that nobody needs is kept for the next who does. */
  readonly lingerMs: number;
}

/** An environment that stays until it is released. */
export interface Taken {
  readonly environment: ShelvedEnvironment;
  /** Once. */
  readonly release: () => void;
}

interface Held {
  readonly key: string;
  readonly environment: Promise<ShelvedEnvironment | undefined>;
  count: number;
  lingering?: NodeJS.Timeout | undefined;
}

/** What this process uses: one row for each key, however many sessions share it, so that the next costs nothing. */
export class Leases {
  readonly #options: LeasesOptions;
  readonly #held = new Map<string, Held>();
  readonly #leaving = new Map<string, Promise<void>>();

  constructor(options: LeasesOptions) {
    this.#options = options;
  }

  /** Undefined where there is no whole one. */
  async take(key: string): Promise<Taken | undefined> {
    // It may have been found damaged by another process since.
    if (this.#held.has(key) && (await this.#read(key)) === undefined) this.forget(key);
    await this.#leaving.get(key);
    const held = this.#held.get(key) ?? this.#hold(key, this.#write(key));
    const release = this.#countIn(held);
    try {
      const environment = await held.environment;
      if (environment !== undefined) return { environment, release };
      this.#forgetHeld(held);
    } catch (error) {
      this.#forgetHeld(held);
      throw error;
    }
    return undefined;
  }

  /** Takes what has its row already. */
  adopt(environment: ShelvedEnvironment): Taken {
    const { key } = environment;
    const held = this.#held.get(key) ?? this.#hold(key, Promise.resolve(environment));
    return { environment, release: this.#countIn(held) };
  }

  /** The rows of what is held, for them to be there again should somebody have taken us for dead. */
  renewals(): Sql[] {
    return [...this.#held.keys()].map((key) => this.#insert(key));
  }

  /** Gives back what nobody needs at the moment. */
  async settle(): Promise<void> {
    for (const held of this.#held.values()) if (held.count === 0) this.#leave(held);
    await Promise.all(this.#leaving.values());
  }

  /** The next who takes it looks for it anew; who has it keeps it. */
  forget(key: string): void {
    const held = this.#held.get(key);
    if (held === undefined) return;
    this.#forgetHeld(held);
    if (held.count === 0) this.#deleteRow(key);
  }

  #countIn(held: Held): () => void {
    clearTimeout(held.lingering);
    held.count += 1;
    return () => {
      held.count -= 1;
      if (held.count > 0) return;
      if (this.#held.get(held.key) !== held) this.#deleteRow(held.key);
      else held.lingering = setTimeout(() => this.#leave(held), this.#options.lingerMs).unref();
    };
  }

  /** The row of a lease; written only where there is such an environment, and it is whole. */
  #insert(key: string): Sql {
    return sql`insert into environment_leases (environment, holder)
      select key, ${this.#options.holder.id} from environments where key = ${key} and state = ${'whole'}
      on conflict (environment, holder) do nothing`;
  }

  async #write(key: string): Promise<ShelvedEnvironment | undefined> {
    const { database, holder } = this.#options;
    await holder.register();
    const changed = await database.write(
      this.#insert(key),
      sql`update environments set used = ${new Date().toISOString()} where key = ${key} and state = ${'whole'}`,
    );
    return changed === 0 ? undefined : this.#read(key);
  }

  async #read(key: string): Promise<ShelvedEnvironment | undefined> {
    const whole = selectEnvironments(sql`key = ${key} and state = ${'whole'}`);
    const [environment] = await this.#options.database.read(whole, asEnvironments);
    return environment;
  }

  #hold(key: string, environment: Held['environment']): Held {
    const held: Held = { key, environment, count: 0 };
    this.#held.set(key, held);
    return held;
  }

  #forgetHeld(held: Held): void {
    clearTimeout(held.lingering);
    if (this.#held.get(held.key) === held) this.#held.delete(held.key);
  }

  #leave(held: Held): void {
    if (held.count > 0 || this.#held.get(held.key) !== held) return;
    this.#forgetHeld(held);
    this.#deleteRow(held.key);
  }

  #deleteRow(key: string): void {
    if (this.#held.has(key)) return;
    const { database, holder } = this.#options;
    // A row that stays is as good as none once this process has ended.
    const leaving = database
      .write(
        sql`update environments set used = ${new Date().toISOString()} where key = ${key}`,
        sql`delete from environment_leases where environment = ${key} and holder = ${holder.id}`,
      )
      .then(
        () => undefined,
        () => undefined,
      )
      .finally(() => this.#leaving.delete(key));
    this.#leaving.set(key, leaving);
  }
}
