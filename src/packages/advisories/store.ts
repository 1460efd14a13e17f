import { z } from 'zod';

import { BelljarError } from '../../errors.ts';
import { type Database, type Sql, sql, type Transaction } from '../../storage/index.ts';
import { AdvisoryIndex } from './advisory-index.ts';
import { addTo, namesOf, type Snapshot } from './snapshot.ts';

const snapshotRow = z.object({
  number: z.int(),
  digest: z.string(),
  source: z.string(),
  asOf: z.string().nullable(),
  importedAt: z.string(),
  checkedAt: z.string(),
  etag: z.string().nullable(),
  advisories: z.int(),
  refused: z.int(),
});

/** A state of the data, as it was stored. */
export type StoredSnapshot = z.output<typeof snapshotRow>;

export interface StoreOptions {
  /** Where it came from, for people; never a secret. */
  readonly source: string;
  readonly etag?: string | undefined;
  readonly refused: number;
  /** Takes data that is older than what is there, or much less. */
  readonly force: boolean;
  /** What was in force where nothing is stored yet. */
  readonly first: Snapshot;
  /** Told of a change as a part of the transaction that makes it, so that nobody knows one without the other. */
  readonly onChange?: ((transaction: Transaction, change: StoredChange) => Promise<unknown>) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What storing changed: nothing where the same data was there already. */
export interface StoreResult {
  readonly isChanged: boolean;
  readonly changedNames: ReadonlySet<string>;
}

export interface StoredChange {
  readonly previousDigest: string;
  readonly changedNames: ReadonlySet<string>;
}

const pageRows = 2000;
const batchItems = 250;
const keptSnapshots = 500;
const transactionTimeoutMs = 300_000;
/** Less than this share of what was there is more likely half a dump than good news. */
const leastShare = 0.5;

const columns = sql`number, digest, source, as_of as "asOf", imported_at as "importedAt", checked_at as "checkedAt", etag, advisories, refused`;

/** The newest state, or undefined where nothing was ever imported. */
export async function readStored(database: Pick<Database, 'read'>): Promise<StoredSnapshot | undefined> {
  const query = sql`select ${columns} from advisory_snapshots order by number desc limit 1`;
  const [row] = await database.read(query, { schema: snapshotRow });
  return row;
}

/**
 * Puts a snapshot in the place of what was there, in one transaction that writes only what differs: whoever reads
 * meanwhile sees the old data whole, and so does everybody when it is cut short.
 *
 * @throws ADVISORIES_UNUSABLE where it is older or much smaller than what is there and not forced; the codes of the database.
 */
export async function storeSnapshot(
  database: Database,
  snapshot: Snapshot,
  options: StoreOptions,
): Promise<StoreResult> {
  const { signal } = options;
  return database.transaction((transaction) => replace(transaction, snapshot, options), {
    timeoutMs: transactionTimeoutMs,
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Says that the source still has what is stored. */
export async function touchStored(database: Database, number: number): Promise<void> {
  const now = new Date().toISOString();
  await database.write(sql`update advisory_snapshots set checked_at = ${now} where number = ${number}`);
}

/** All that is stored, of one state, ready to be asked. */
export async function loadStored(
  database: Database,
  stored: StoredSnapshot,
  signal?: AbortSignal,
): Promise<AdvisoryIndex> {
  const query = sql`select p.name as name, a.line as line from advisory_packages p join advisories a on a.id = p.advisory order by p.name, a.id`;
  const byName = new Map<string, string[]>();
  const options = { batchSize: pageRows, ...(signal === undefined ? {} : { signal }) };
  for await (const { name, line } of database.iterate<{ name: string; line: string }>(query, options)) {
    addTo(byName, name, line);
  }
  return new AdvisoryIndex(byName, { digest: stored.digest, asOf: stored.asOf ?? undefined });
}

/** The names that later imports changed; undefined where the state is not known (any more). */
export async function readChangesSince(
  database: Database,
  digest: string,
  signal?: AbortSignal,
): Promise<ReadonlySet<string> | undefined> {
  const options = signal === undefined ? {} : { signal };
  const known = sql`select number from advisory_snapshots where digest = ${digest} order by number desc limit 1`;
  const [since] = await database.read<{ number: number }>(known, options);
  if (since === undefined) return undefined;
  const query = sql`select distinct name from advisory_changes where snapshot > ${since.number}`;
  return new Set((await database.read<{ name: string }>(query, options)).map(({ name }) => name));
}

async function replace(transaction: Transaction, snapshot: Snapshot, options: StoreOptions): Promise<StoreResult> {
  const stored = await readStored(transaction);
  const { etag = null } = options;
  if (stored?.digest === snapshot.digest) {
    const now = new Date().toISOString();
    await transaction.write(
      sql`update advisory_snapshots set checked_at = ${now}, etag = ${etag}, source = ${options.source} where number = ${stored.number}`,
    );
    return { isChanged: false, changedNames: new Set() };
  }
  refuseWorse(snapshot, stored, options);
  const previous = stored === undefined ? options.first.lines : await readLines(transaction);
  const { removed, added, changedNames } = compare(previous, snapshot.lines);
  const number = stored === undefined ? 2 : stored.number + 1;
  // What came with Belljar has its place too, so that what was judged by it can be judged again.
  if (stored === undefined)
    await transaction.write(insertSnapshot(1, options.first, { ...options, source: 'shipped' }));
  await transaction.write(insertSnapshot(number, snapshot, options));
  if (stored !== undefined) await writeAll(transaction, removed, deleteLine);
  await writeAll(transaction, stored === undefined ? [...snapshot.lines] : added, insertLine);
  await writeAll(transaction, [...changedNames], (name) => [
    sql`insert into advisory_changes (snapshot, name) values (${number}, ${name})`,
  ]);
  await forgetBefore(transaction, number - keptSnapshots);
  const previousDigest = stored?.digest ?? options.first.digest;
  await options.onChange?.(transaction, { previousDigest, changedNames });
  return { isChanged: true, changedNames };
}

/** What came with Belljar is data like any other: what is worse than that is refused the first time, too. */
function refuseWorse(snapshot: Snapshot, stored: StoredSnapshot | undefined, { force, first }: StoreOptions): void {
  if (force) return;
  const here = stored ?? { asOf: first.asOf ?? null, advisories: first.lines.size };
  const hint = 'Where that is meant, import it with --force.';
  const { size } = snapshot.lines;
  const details = {
    stored: { asOf: here.asOf, advisories: here.advisories },
    asOf: snapshot.asOf,
    advisories: size,
  };
  if (here.asOf !== null && (snapshot.asOf ?? '') < here.asOf) {
    const message = `these advisories are as of ${snapshot.asOf ?? 'an unknown time'}, older than those here (${here.asOf})`;
    throw new BelljarError('ADVISORIES_UNUSABLE', message, { hint, details });
  }
  if (size < here.advisories * leastShare) {
    const message = `this dump holds ${size} advisories, less than half of the ${here.advisories} here`;
    throw new BelljarError('ADVISORIES_UNUSABLE', message, { hint, details });
  }
}

/** In pages, so that nothing else waits for all of it. */
async function readLines(transaction: Transaction): Promise<ReadonlyMap<string, string>> {
  const lines = new Map<string, string>();
  for (let last = ''; ;) {
    const query = sql`select id, line from advisories where id > ${last} order by id limit ${pageRows}`;
    const rows = await transaction.read<{ id: string; line: string }>(query);
    for (const { id, line } of rows) lines.set(id, line);
    const end = rows.at(-1);
    if (end === undefined || rows.length < pageRows) return lines;
    last = end.id;
  }
}

type Line = readonly [id: string, line: string];

interface Comparison {
  /** What is not there any more, or not any more as it was. */
  readonly removed: readonly Line[];
  readonly added: readonly Line[];
  readonly changedNames: ReadonlySet<string>;
}

function compare(previous: ReadonlyMap<string, string>, next: ReadonlyMap<string, string>): Comparison {
  const removed = [...previous].filter(([id, line]) => next.get(id) !== line);
  const added = [...next].filter(([id, line]) => previous.get(id) !== line);
  return { removed, added, changedNames: new Set([...removed, ...added].flatMap(([, line]) => [...namesOf(line)])) };
}

function deleteLine([id]: Line): Sql[] {
  return [sql`delete from advisory_packages where advisory = ${id}`, sql`delete from advisories where id = ${id}`];
}

function insertLine([id, line]: Line): Sql[] {
  const names = [...namesOf(line)];
  return [
    sql`insert into advisories (id, line) values (${id}, ${line})`,
    ...names.map((name) => sql`insert into advisory_packages (name, advisory) values (${name}, ${id})`),
  ];
}

function insertSnapshot(
  number: number,
  { digest, asOf, lines }: Snapshot,
  { source, etag, refused }: StoreOptions,
): Sql {
  const now = new Date().toISOString();
  return sql`insert into advisory_snapshots (number, digest, source, as_of, imported_at, checked_at, etag, advisories, refused)
    values (${number}, ${digest}, ${source}, ${asOf ?? null}, ${now}, ${now}, ${etag ?? null}, ${lines.size}, ${refused})`;
}

/** Some at a time: between them others have their turn. */
async function writeAll<Item>(
  transaction: Transaction,
  items: readonly Item[],
  queriesOf: (item: Item) => readonly Sql[],
): Promise<void> {
  for (let at = 0; at < items.length; at += batchItems) {
    await transaction.write(...items.slice(at, at + batchItems).flatMap(queriesOf));
  }
}

async function forgetBefore(transaction: Transaction, number: number): Promise<void> {
  if (number <= 0) return;
  await transaction.write(
    sql`delete from advisory_changes where snapshot <= ${number}`,
    sql`delete from advisory_snapshots where number <= ${number}`,
  );
}
