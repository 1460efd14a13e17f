import { z } from 'zod';

import { canonicalJson } from '../canonical-json.ts';
import { BelljarError } from '../errors.ts';
import { joinSql, type Sql, sql, type Transaction } from '../storage/index.ts';
import { type Checkpoint } from './checkpoint.ts';
import {
  digestSchema,
  type Entry,
  entrySchema,
  type Head,
  recordIdSchema,
  type SealedEntry,
  timeSchema,
} from './entry.ts';

type Reader = Pick<Transaction, 'read'>;

const headSchema = z.object({ seq: z.int().positive(), time: timeSchema, hash: digestSchema, body: z.string() });
const bodySchema = z.object({ recordId: recordIdSchema });

export interface EntryRow {
  readonly seq: number;
  readonly body: string;
  readonly hash: string;
}

/** Which entries; what is left out does not matter. */
export interface EntryFilter {
  /** An actor's id. */
  readonly actor?: string;
  readonly workspace?: string;
  /** A whole action (`run.start`), its beginning up to a dot (`run`), or a pattern with `*` and `?`. */
  readonly action?: string;
  /** At or after this time. */
  readonly since?: Date;
  /** Before this time. */
  readonly until?: Date;
  readonly afterSeq?: number;
  readonly upToSeq?: number;
}

/**
 * Where the chain ends, or undefined while it is empty.
 *
 * @throws RECORD_INVALID where the newest entry was tampered with so that nothing can follow it.
 */
export async function readHead(source: Reader): Promise<Head | undefined> {
  const newest = sql`select seq, time, hash, body from record_entries order by seq desc limit ${1}`;
  const [row] = await source.read<EntryRow>(newest);
  if (row === undefined) return undefined;
  try {
    const { seq, time, hash, body } = headSchema.parse(row);
    return { recordId: bodySchema.parse(JSON.parse(body)).recordId, seq, time, hash };
  } catch (cause) {
    throw damaged(row.seq, cause);
  }
}

export function insertEntry({ entry, body }: SealedEntry): Sql {
  const { seq, time, actor, workspace, action, hash } = entry;
  return sql`insert into record_entries (seq, time, actor, workspace, action, body, hash)
    values (${seq}, ${time}, ${actor?.id ?? null}, ${workspace}, ${action}, ${body}, ${hash})`;
}

export function insertCheckpoint(checkpoint: Checkpoint): Sql {
  return sql`insert into record_checkpoints (seq, body) values (${checkpoint.seq}, ${canonicalJson(checkpoint)})`;
}

/** The condition that a filter means. */
export function whereFilter(filter: EntryFilter): Sql {
  const { actor, workspace, action, since, until, afterSeq = 0, upToSeq } = filter;
  const conditions = [sql`seq > ${afterSeq}`];
  if (upToSeq !== undefined) conditions.push(sql`seq <= ${upToSeq}`);
  if (actor !== undefined) conditions.push(sql`actor = ${actor}`);
  if (workspace !== undefined) conditions.push(sql`workspace = ${workspace}`);
  if (action !== undefined) conditions.push(whereAction(action));
  if (since !== undefined) conditions.push(sql`time >= ${since.toISOString()}`);
  if (until !== undefined) conditions.push(sql`time < ${until.toISOString()}`);
  return joinSql(conditions, ' and ');
}

/**
 * An entry as it was appended.
 *
 * @throws RECORD_INVALID where the row was tampered with so that it is no entry any more.
 */
export function parseEntry({ seq, body, hash }: EntryRow): Entry {
  try {
    return { ...entrySchema.parse(JSON.parse(body)), hash };
  } catch (cause) {
    throw damaged(seq, cause);
  }
}

function whereAction(action: string): Sql {
  if (/[*?]/.test(action)) return sql`action like ${toLikePattern(action)} escape ${'\\'}`;
  const whole = action.replace(/\.$/, '');
  return sql`(action = ${whole} or action like ${`${toLikePattern(whole)}.%`} escape ${'\\'})`;
}

function toLikePattern(glob: string): string {
  return glob
    .replaceAll(/[\\%_]/g, '\\$&')
    .replaceAll('*', '%')
    .replaceAll('?', '_');
}

function damaged(seq: number, cause: unknown): BelljarError {
  return new BelljarError('RECORD_INVALID', `entry ${seq} of the record is damaged`, { cause, details: { seq } });
}
