import { z } from 'zod';

import { isAbandoned, nextMark, ownMark } from '../../sandbox/index.ts';
import { type Database, type Sql, sql } from '../../storage/index.ts';

export interface HolderOptions {
  readonly database: Database;
  /** After so long without a word from a holder what it builds is anybody's. */
  readonly expiryMs: number;
  /** What else is said again with each heartbeat. */
  readonly renew: () => readonly Sql[];
}

/** This process as one that builds and uses environments: known to the others by a row that a heartbeat keeps fresh. */
export class Holder {
  /** Says which process it is, so that others of this machine see at once when it is gone. */
  readonly id = nextMark();
  readonly #options: HolderOptions;
  #registered: Promise<void> | undefined;
  #heart: NodeJS.Timeout | undefined;

  constructor(options: HolderOptions) {
    this.#options = options;
  }

  /** Resolves when the others know of it. */
  register(): Promise<void> {
    this.#registered ??= this.#begin();
    return this.#registered;
  }

  /** Lets go of all that it holds. */
  async close(): Promise<void> {
    clearInterval(this.#heart);
    await this.#registered?.catch(() => undefined);
    if (this.#registered !== undefined) await this.#options.database.write(...forget(this.id));
  }

  async #begin(): Promise<void> {
    try {
      await this.#beat();
    } catch (error) {
      this.#registered = undefined;
      throw error;
    }
    // A beat that fails is made up for by the next; there are several before it expires.
    this.#heart = setInterval(() => void this.#beat().catch(() => undefined), this.#options.expiryMs / 4).unref();
  }

  async #beat(): Promise<void> {
    const { database, expiryMs, renew } = this.#options;
    const expires = Date.now() + expiryMs;
    await database.write(
      sql`insert into environment_holders (id, expires) values (${this.id}, ${expires})
        on conflict (id) do update set expires = excluded.expires`,
      ...renew(),
    );
  }
}

export interface KnownHolder {
  readonly id: string;
  readonly expires: number | null;
}

/** Whether a process still uses what it leased: it may have been stopped for long, and what it has mounted is in use. */
export function isLiving({ id, expires }: KnownHolder): boolean {
  return isOfOurs(id) ? !isAbandoned(id) : isFresh(expires);
}

/** Whether a process still builds: one that was not heard of for long may never go on. */
export function isAtWork(holder: KnownHolder): boolean {
  return isLiving(holder) && isFresh(holder.expires);
}

/** Forgets a holder and what it held. */
function forget(id: string): Sql[] {
  return [
    sql`delete from environment_leases where holder = ${id}`,
    sql`delete from environment_builders where holder = ${id} and state = ${'building'}`,
    sql`delete from environment_holders where id = ${id}`,
  ];
}

function isFresh(expires: number | null): boolean {
  return expires !== null && expires > Date.now();
}

/** Only processes of our own pid namespace can be asked whether they live. */
function isOfOurs(id: string): boolean {
  return id.split('-')[0] === ownMark().split('-')[0];
}

const holderSchema = z.object({ id: z.string(), expires: z.number() });

/** Forgets the holders that are gone, and what they held. */
export async function forgetTheDead(database: Database): Promise<void> {
  const all = await database.read(sql`select id, expires from environment_holders`, { schema: holderSchema });
  const dead = all.filter((holder) => !isLiving(holder));
  if (dead.length > 0) await database.write(...dead.flatMap(({ id }) => forget(id)));
}
