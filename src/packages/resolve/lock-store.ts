import { z } from 'zod';

import { type Database, sql } from '../../storage/index.ts';
import { type Lock, lockContentSchema, sealLock } from './lock.ts';

const rowSchema = z.object({ time: z.string(), body: z.string() });

export interface KeptLock {
  readonly lock: Lock;
  /** When it was made. */
  readonly time: string;
}

export interface LockKey {
  /** The digest of the wish. */
  readonly wish: string;
  readonly target: string;
}

/** The locks of wishes: a wish keeps its lock, whatever the policy says of it later, until someone upgrades. */
export class LockStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async find({ wish, target }: LockKey): Promise<KeptLock | undefined> {
    const query = sql`select time, body from locks where wish = ${wish} and target = ${target}`;
    const [row] = await this.#database.read(query, { schema: rowSchema });
    if (row === undefined) return undefined;
    // One that an older Belljar wrote in another form is as good as none.
    const parsed = lockContentSchema.safeParse(JSON.parse(row.body));
    return parsed.success ? { lock: sealLock(parsed.data), time: row.time } : undefined;
  }

  /** Resolves to the lock that the wish has from now on: that of whoever was first, unless it is to be replaced. */
  async keep(key: LockKey, lock: Lock, { time, replaces }: KeepOptions): Promise<Lock> {
    const { digest: _digest, ...content } = lock;
    const [at, body] = [time.toISOString(), JSON.stringify(content)];
    const insert = sql`insert into locks (wish, target, time, body) values (${key.wish}, ${key.target}, ${at}, ${body})`;
    if (!replaces) {
      await this.#database.write(sql`${insert} on conflict (wish, target) do nothing`);
      const kept = await this.find(key);
      if (kept !== undefined) return kept.lock;
    }
    await this.#database.write(
      sql`${insert} on conflict (wish, target) do update set time = excluded.time, body = excluded.body`,
    );
    return lock;
  }
}

export interface KeepOptions {
  readonly time: Date;
  readonly replaces: boolean;
}
