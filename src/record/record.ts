import { randomBytes } from 'node:crypto';

import { BelljarError } from '../errors.ts';
import { type Database, sql, type Transaction } from '../storage/index.ts';
import { AppendQueue } from './append-queue.ts';
import { type Checkpoint, checkSignature, isCheckpointDue, parseCheckpoint, signCheckpoint } from './checkpoint.ts';
import {
  checkDraft,
  type CheckedDraft,
  type Draft,
  type Entry,
  genesisAction,
  type Head,
  noPrevious,
  sealEntry,
  type SealedEntry,
} from './entry.ts';
import { exportDatabase, type ExportOptions, type ExportSummary, type Write } from './export.ts';
import { ensureSigningKey, loadSigningKey, type SigningKey, type VerifyingKey } from './signing-key.ts';
import {
  type EntryFilter,
  type EntryRow,
  insertCheckpoint,
  insertEntry,
  parseEntry,
  readHead,
  whereFilter,
} from './table.ts';
import { verifyDatabase, type VerifyOptions, type VerifyResult } from './verify.ts';

interface RecordOptions {
  readonly database: Database;
  /** The folder of the key that signs checkpoints; made at the first entry. */
  readonly keyFolder: string;
}

export interface SignalOption {
  readonly signal?: AbortSignal;
}

/**
 * The append-only, hash-chained log of one home. Any number of processes may append at once.
 *
 * @example
 * const record = new AuditRecord({ database, keyFolder: join(home, 'keys') });
 * await record.append({ action: 'policy.changed', actor, policyHash });
 */
export class AuditRecord {
  readonly #database: Database;
  readonly #keyFolder: string;
  readonly #queue: AppendQueue<CheckedDraft, Entry>;
  #key: Promise<SigningKey> | undefined;

  constructor({ database, keyFolder }: RecordOptions) {
    this.#database = database;
    this.#keyFolder = keyFolder;
    this.#queue = new AppendQueue((take) => this.#appendGroup(take));
  }

  /**
   * Puts an entry on the chain; resolves when a power cut could not take it away any more.
   *
   * @throws RECORD_INVALID for a draft that breaks the schema, KEY_UNUSABLE, CANCELLED and the codes of the database.
   */
  async append(draft: Draft, { signal }: SignalOption = {}): Promise<Entry> {
    return this.#queue.add(checkDraft(draft), signal);
  }

  /**
   * Puts entries on the chain as a part of what a transaction of the same database writes: all of it is there, or nothing.
   *
   * @throws RECORD_INVALID for a draft that breaks the schema, KEY_UNUSABLE and the codes of the database.
   */
  async appendWithin(transaction: Transaction, ...drafts: readonly Draft[]): Promise<Entry[]> {
    return this.#appendTo(transaction, drafts.map(checkDraft));
  }

  /** The newest entries that fit the filter, oldest first. */
  async tail(
    { limit, ...filter }: EntryFilter & { readonly limit: number },
    { signal }: SignalOption = {},
  ): Promise<Entry[]> {
    const query = sql`select seq, body, hash from record_entries where ${whereFilter(filter)} order by seq desc limit ${limit}`;
    const rows = await this.#database.read<EntryRow>(query, signal === undefined ? {} : { signal });
    return rows.reverse().map(parseEntry);
  }

  /** All entries that fit the filter, oldest first, as of now. */
  async *entries(filter: EntryFilter = {}, { signal }: SignalOption = {}): AsyncIterableIterator<Entry> {
    const query = sql`select seq, body, hash from record_entries where ${whereFilter(filter)} order by seq`;
    for await (const row of this.#database.iterate<EntryRow>(query, signal === undefined ? {} : { signal }))
      yield parseEntry(row);
  }

  /** Where the chain ends, or undefined while it is empty. */
  async head(): Promise<Head | undefined> {
    return readHead(this.#database);
  }

  /**
   * Signs the newest entry; the checkpoint is stored, and is worth most where it is kept somewhere else.
   *
   * @throws RECORD_INVALID while the record is empty, or where a checkpoint that is stored already was tampered with.
   */
  checkpoint({ signal }: SignalOption = {}): Promise<Checkpoint> {
    return this.#database.transaction(
      async (transaction) => {
        const head = await readHead(transaction);
        if (head === undefined)
          throw new BelljarError('RECORD_INVALID', 'the record is empty: there is nothing to sign');
        const key = await this.#signingKey();
        const stored = await readCheckpoint(transaction, head, key);
        if (stored !== undefined) return stored;
        const checkpoint = signCheckpoint(head, new Date().toISOString(), key);
        await transaction.write(insertCheckpoint(checkpoint));
        return checkpoint;
      },
      signal === undefined ? {} : { signal },
    );
  }

  /**
   * Walks the whole chain in one pass and names the first thing that is wrong. What is wrong is a value, not a throw.
   *
   * @throws KEY_UNUSABLE where there is no key to check signatures with, and the codes of the database.
   */
  async verify(options: VerifyOptions = {}): Promise<VerifyResult> {
    const key: VerifyingKey | undefined = options.key ?? (await loadSigningKey(this.#keyFolder));
    if (key === undefined && (await this.head()) !== undefined) {
      throw new BelljarError(
        'KEY_UNUSABLE',
        `there is no key in ${this.#keyFolder} to check the record’s signatures with`,
        {
          hint: 'Put the key back, or name its public half with --key.',
        },
      );
    }
    return verifyDatabase(this.#database, key, options);
  }

  /**
   * Writes the entries that fit the filter as JSON lines, and as the last line a checkpoint of the newest entry.
   *
   * @throws RECORD_INVALID while the record is empty.
   */
  async exportTo(write: Write, options: ExportOptions = {}): Promise<ExportSummary> {
    const { signal } = options;
    const checkpoint = await this.checkpoint(signal === undefined ? {} : { signal });
    return exportDatabase(this.#database, checkpoint, { ...options, write });
  }

  #appendGroup(take: () => readonly CheckedDraft[]): Promise<Entry[]> {
    // Taken only in its turn: while we waited for the lock, more have come.
    return this.#database.transaction((transaction) => this.#appendTo(transaction, take));
  }

  async #appendTo(
    transaction: Transaction,
    drafts: readonly CheckedDraft[] | (() => readonly CheckedDraft[]),
  ): Promise<Entry[]> {
    const head = await readHead(transaction);
    const genesis = head === undefined ? [genesisDraft()] : [];
    const taken = typeof drafts === 'function' ? drafts() : drafts;
    const sealed = sealAll([...genesis, ...taken], head ?? beforeGenesis());
    const checkpoints = await this.#signDue(sealed);
    await transaction.write(...sealed.map(insertEntry), ...checkpoints.map(insertCheckpoint));
    return sealed.slice(genesis.length).map(({ entry }) => entry);
  }

  async #signDue(sealed: readonly SealedEntry[]): Promise<Checkpoint[]> {
    const due = sealed.filter(({ entry }) => isCheckpointDue(entry.seq));
    if (due.length === 0) return [];
    const key = await this.#signingKey();
    return due.map(({ entry }) => signCheckpoint(entry, entry.time, key));
  }

  async #signingKey(): Promise<SigningKey> {
    this.#key ??= ensureSigningKey(this.#keyFolder);
    try {
      return await this.#key;
    } catch (error) {
      // Mended by hand, it is tried again.
      this.#key = undefined;
      throw error;
    }
  }
}

function sealAll(drafts: readonly CheckedDraft[], head: Head): SealedEntry[] {
  const now = new Date();
  let last = head;
  return drafts.map((draft) => {
    const sealed = sealEntry(draft, last, now);
    last = sealed.entry;
    return sealed;
  });
}

function genesisDraft(): CheckedDraft {
  return checkDraft({ action: genesisAction });
}

function beforeGenesis(): Head {
  return { recordId: randomBytes(16).toString('hex'), seq: 0, time: new Date(0).toISOString(), hash: noPrevious };
}

async function readCheckpoint(transaction: Transaction, head: Head, key: SigningKey): Promise<Checkpoint | undefined> {
  const [row] = await transaction.read<{ body: string }>(
    sql`select body from record_checkpoints where seq = ${head.seq}`,
  );
  if (row === undefined) return undefined;
  const checkpoint = parseCheckpoint(row.body, `the checkpoint stored for entry ${head.seq}`);
  const wrong =
    checkpoint.hash === head.hash ? checkSignature(checkpoint, key) : 'it signs another hash than the entry has';
  if (wrong === undefined) return checkpoint;
  throw new BelljarError('RECORD_INVALID', `the checkpoint stored for entry ${head.seq} was tampered with: ${wrong}`);
}
