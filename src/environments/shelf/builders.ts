import { setTimeout as delay } from 'node:timers/promises';

import { type BelljarError, cancelled } from '../../errors.ts';
import { type Database, type Sql, sql } from '../../storage/index.ts';
import { type Holder, isAtWork } from './holder.ts';
import type { EnvironmentSpec } from './key.ts';
import { type BuildProgress, buildProgressSchema, readFailure, writeFailure } from './progress.ts';
import { type BuilderRow, asBuilders, selectBuilder } from './rows.ts';

/** Whose it is to build a key: ours, another's, or nobody's because it is there. */
export type Claim =
  | { readonly kind: 'ours'; readonly attempt: string }
  | { readonly kind: 'theirs'; readonly attempt: string }
  | { readonly kind: 'there' };

export interface WaitOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: BuildProgress) => void) | undefined;
}

const shortestWaitMs = 10;
const longestWaitMs = 100;

/** One builder per key across all processes of a home, by rows that a living holder stands behind. */
export class Builders {
  readonly #database: Database;
  readonly #holder: Holder;

  constructor(database: Database, holder: Holder) {
    this.#database = database;
    this.#holder = holder;
  }

  /** Takes the building of a key where nobody is at it: nobody began, who began is gone, or failed. */
  async claim(key: string, spec: EnvironmentSpec, attempt: string): Promise<Claim> {
    await this.#holder.register();
    return this.#database.transaction(async (transaction): Promise<Claim> => {
      const isWhole = sql`select key from environments where key = ${key} and state = ${'whole'}`;
      if ((await transaction.read(isWhole)).length > 0) return { kind: 'there' };
      const [builder] = await transaction.read(selectBuilder(key), asBuilders);
      if (builder !== undefined && isBeingBuilt(builder)) return { kind: 'theirs', attempt: builder.attempt };
      await transaction.write(...beginning({ key, attempt, spec, holder: this.#holder.id }));
      return { kind: 'ours', attempt };
    });
  }

  /** Tells those who wait how far it is; resolves to whether it is still ours. */
  async tell(attempt: string, progress: BuildProgress): Promise<boolean> {
    const body = JSON.stringify(progress);
    const changed = await this.#database.write(
      sql`update environment_builders set body = ${body} where attempt = ${attempt} and state = ${'building'}`,
    );
    return changed === 1;
  }

  /** It failed for good: those who wait fail too, and whoever comes after begins anew. */
  async fail(attempt: string, error: BelljarError): Promise<void> {
    await this.#database.write(
      sql`update environment_builders set state = ${'failed'}, body = ${writeFailure(error)} where attempt = ${attempt}`,
    );
  }

  /** It was given up: whoever waits begins anew. */
  async giveUp(attempt: string): Promise<void> {
    await this.#database.write(sql`delete from environment_builders where attempt = ${attempt}`);
  }

  /**
   * Resolves when nobody is at it any more, which is mostly because it is done.
   *
   * @throws CANCELLED, and what the builder failed with.
   */
  async wait(key: string, attempt: string, { signal, onProgress }: WaitOptions): Promise<void> {
    let told = '';
    for (let waitMs = shortestWaitMs; ; waitMs = Math.min(longestWaitMs, waitMs * 1.5)) {
      const [builder] = await this.#database.read(selectBuilder(key), asBuilders);
      if (builder === undefined) return;
      if (builder.state === 'failed' && builder.attempt === attempt) throw readFailure(builder.body);
      if (!isBeingBuilt(builder)) return;
      attempt = builder.attempt;
      const progress = buildProgressSchema.safeParse(builder.body);
      if (progress.success && JSON.stringify(progress.data) !== told) {
        told = JSON.stringify(progress.data);
        onProgress?.(progress.data);
      }
      await pause(waitMs, signal);
    }
  }
}

interface Beginning {
  readonly key: string;
  readonly attempt: string;
  readonly spec: EnvironmentSpec;
  readonly holder: string;
}

function beginning({ key, attempt, spec, holder }: Beginning): Sql[] {
  const { build } = spec.python;
  return [
    sql`delete from environment_builders where environment = ${key}`,
    sql`insert into environment_builders (environment, attempt, holder, state, begun, body)
      values (${key}, ${attempt}, ${holder}, ${'building'}, ${new Date().toISOString()}, ${'{}'})`,
    ...[...new Set(spec.wheels)].map(
      (wheel) => sql`insert into environment_wheels (environment, wheel, build) values (${key}, ${wheel}, ${build})
        on conflict (environment, wheel) do nothing`,
    ),
  ];
}

function isBeingBuilt({ state, holder, expires }: BuilderRow): boolean {
  return state === 'building' && isAtWork({ id: holder, expires });
}

async function pause(waitMs: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(waitMs, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    throw signal?.aborted === true ? cancelled(signal) : error;
  }
}
