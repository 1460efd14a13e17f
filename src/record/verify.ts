import { type Database, sql, type SqlValue } from '../storage/index.ts';
import { type BadEntry, Chain, type Columns, type Link, type WitnessedCheckpoint } from './chain.ts';
import { type VerifyingKey } from './signing-key.ts';

/** How far a long walk has come. */
export type Progress = (done: number, total: number) => void;

export interface VerifyOptions {
  /** Checkpoints that were kept elsewhere: they alone find a record that was rewritten with its key, or cut and forgotten. */
  readonly witnesses?: readonly WitnessedCheckpoint[];
  /** The public key to trust; the home's own where left out. */
  readonly key?: VerifyingKey;
  readonly onProgress?: Progress;
  readonly signal?: AbortSignal;
}

/** What a walk over the whole chain found. */
export interface VerifyResult {
  readonly ok: boolean;
  /** Entries that are as they were written, from the first on. */
  readonly entries: number;
  readonly recordId: string | undefined;
  readonly head: { readonly seq: number; readonly time: string; readonly hash: string } | undefined;
  /** The newest entry that a checkpoint vouches for; 0 where none does. */
  readonly signedUpTo: number;
  /** Unchecked where there was no key to check with. */
  readonly signatures: 'checked' | 'unchecked';
  /** The first thing that is wrong. */
  readonly bad?: BadEntry;
}

/** SQLite keeps any kind of value in any column: whoever tampered may have put a number where a text was. */
type StoredLink = Readonly<Record<keyof Columns | 'body' | 'hash' | 'checkpoint', SqlValue>>;

const progressInterval = 1000;
/** Small batches die young: larger ones are no faster and make the heap grow. */
const batchSize = 100;

/** Walks the record in a database, in one pass and one snapshot. */
export async function verifyDatabase(
  database: Database,
  key: VerifyingKey | undefined,
  options: VerifyOptions,
): Promise<VerifyResult> {
  const { witnesses = [], onProgress, signal } = options;
  const chain = new Chain({ key, witnesses });
  // Before the walk: what is signed meanwhile belongs to entries that the walk's snapshot may not have.
  const { total, newestCheckpoint } = await readExtent(database);
  const links = database.iterate<StoredLink>(
    sql`select e.seq, e.time, e.actor, e.workspace, e.action, e.body, e.hash, c.body as checkpoint
      from record_entries e left join record_checkpoints c on c.seq = e.seq order by e.seq`,
    { batchSize, ...(signal === undefined ? {} : { signal }) },
  );
  for await (const link of links) {
    const bad = chain.add(toLink(link));
    if (bad !== undefined) return toResult(chain, key, bad);
    const { seq } = chain.head;
    if (seq % progressInterval === 0) onProgress?.(seq, Math.max(total, seq));
  }
  return toResult(chain, key, chain.end(newestCheckpoint));
}

/** The outcome of a walk, in the shape that every face shows. */
export function toResult(chain: Chain, key: VerifyingKey | undefined, bad: BadEntry | undefined): VerifyResult {
  const { head, recordId, signedUpTo } = chain;
  return {
    ok: bad === undefined,
    entries: bad === undefined ? head.seq : Math.min(head.seq, bad.seq - 1),
    recordId,
    head: head.seq === 0 ? undefined : head,
    signedUpTo,
    signatures: key === undefined ? 'unchecked' : 'checked',
    ...(bad === undefined ? {} : { bad }),
  };
}

async function readExtent(database: Database): Promise<{ total: number; newestCheckpoint: number }> {
  const [row] = await database.read(
    sql`select (select max(seq) from record_entries) as total, (select max(seq) from record_checkpoints) as newest`,
  );
  return { total: Number(row?.['total'] ?? 0), newestCheckpoint: Number(row?.['newest'] ?? 0) };
}

function toLink({ seq, time, actor, workspace, action, body, hash, checkpoint }: StoredLink): Link {
  return {
    body: asText(body),
    hash: asText(hash),
    checkpoint: asTextOrNull(checkpoint),
    columns: {
      seq: Number(seq),
      time: asText(time),
      actor: asTextOrNull(actor),
      workspace: asTextOrNull(workspace),
      action: asText(action),
    },
  };
}

/** What is no text fits nothing that the record wrote, and is shown as what it is. */
function asText(value: SqlValue): string {
  return typeof value === 'string' ? value : `(${value === null ? 'null' : typeof value})`;
}

function asTextOrNull(value: SqlValue): string | null {
  return value === null ? null : asText(value);
}
