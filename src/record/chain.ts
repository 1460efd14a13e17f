import { canonicalJson } from '../canonical-json.ts';
import { type Checkpoint, checkSignature, isCheckpointDue, parseCheckpoint } from './checkpoint.ts';
import { hashBody, noPrevious } from './entry.ts';
import { type VerifyingKey } from './signing-key.ts';

export type Problem =
  /** The text of an entry does not have the hash that was stored with it. */
  | 'edited'
  /** What should be there next is not. */
  | 'missing'
  /** An entry stands where another belongs. */
  | 'out-of-order'
  /** An entry does not follow the one before it. */
  | 'unlinked'
  /** An entry or a checkpoint belongs to another record. */
  | 'foreign'
  /** An entry or a checkpoint does not have the form it must have. */
  | 'malformed'
  /** A column for filters says something else than the entry. */
  | 'column-edited'
  /** The time of an entry lies before the time of the entry before it. */
  | 'time-went-back'
  /** The chain is whole in itself and is not the one that was signed. */
  | 'rewritten'
  /** A checkpoint that the record makes by itself is not there. */
  | 'checkpoint-missing'
  /** A checkpoint was not signed with the key of this record. */
  | 'checkpoint-forged'
  /** An entry of an export comes after the checkpoint that ends it. */
  | 'unsigned'
  /** Entries at the end are gone that a checkpoint has seen. */
  | 'cut';

/** The first thing that is wrong. */
export interface BadEntry {
  readonly seq: number;
  readonly problem: Problem;
  readonly message: string;
  readonly expected?: string | number | null;
  readonly found?: string | number | null;
}

/** A checkpoint, and where it comes from in words. */
export interface WitnessedCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly source: string;
}

/** One entry as it was stored. What is undefined was not stored there, and is not compared. */
export interface Link {
  readonly body: string;
  readonly hash: string;
  readonly columns?: Columns;
  /** The text of the checkpoint stored for this entry; null where there is none. */
  readonly checkpoint?: string | null;
}

export interface Columns {
  readonly seq: number;
  readonly time: string;
  readonly actor: string | null;
  readonly workspace: string | null;
  readonly action: string;
}

interface ChainOptions {
  /** Without it signatures are not checked. */
  readonly key: VerifyingKey | undefined;
  /** Checkpoints that were kept elsewhere. */
  readonly witnesses: readonly WitnessedCheckpoint[];
}

type Parsed = Columns & { readonly recordId: string; readonly previous: string };

const timeForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Walks a chain from its first entry, and remembers only the last. */
export class Chain {
  readonly #key: VerifyingKey | undefined;
  readonly #witnesses = new Map<number, WitnessedCheckpoint[]>();
  #last = { seq: 0, time: '', hash: noPrevious };
  #recordId: string | undefined;
  #signedUpTo = 0;

  constructor({ key, witnesses }: ChainOptions) {
    this.#key = key;
    for (const witness of witnesses) {
      const { seq } = witness.checkpoint;
      this.#witnesses.set(seq, [...(this.#witnesses.get(seq) ?? []), witness]);
    }
  }

  get head(): { readonly seq: number; readonly time: string; readonly hash: string } {
    return this.#last;
  }

  get recordId(): string | undefined {
    return this.#recordId;
  }

  /** The newest entry that a checkpoint vouches for; 0 where none does. */
  get signedUpTo(): number {
    return this.#signedUpTo;
  }

  /** What is wrong with the next entry, or undefined where it fits. */
  add(link: Link): BadEntry | undefined {
    const seq = this.#last.seq + 1;
    const misplaced = this.#checkPlace(seq, link);
    if (misplaced !== undefined) return misplaced;
    const parsed = parseBody(link.body);
    const bad =
      this.#checkHash(seq, link) ?? (parsed === undefined ? malformed(seq) : this.#checkContent(seq, parsed, link));
    if (bad !== undefined || parsed === undefined) return bad;
    this.#recordId ??= parsed.recordId;
    this.#last = { seq, time: parsed.time, hash: link.hash };
    return (seq === 1 ? this.#checkWitnesses() : undefined) ?? this.#checkCheckpoints(seq, link.checkpoint);
  }

  /** What is wrong now that no entry follows: `newestCheckpoint` is the greatest seq of the stored checkpoints. */
  end(newestCheckpoint = 0): BadEntry | undefined {
    const witnessed = [...this.#witnesses.values()].flat().map(({ checkpoint }) => checkpoint.seq);
    const known = Math.max(newestCheckpoint, ...witnessed);
    const { seq } = this.#last;
    return known > seq ? cut(seq, known) : undefined;
  }

  /** What is wrong with the checkpoint that must vouch for the last entry. */
  checkEnd(witness: WitnessedCheckpoint): BadEntry | undefined {
    const { seq } = this.#last;
    const signed = witness.checkpoint.seq;
    if (signed > seq) return cut(seq, signed);
    if (signed === seq) return this.#checkCheckpoint(seq, witness);
    const message = `entry ${signed + 1} was added after ${witness.source} was signed`;
    return { seq: signed + 1, problem: 'unsigned', message, expected: signed, found: seq };
  }

  #checkPlace(seq: number, { columns }: Link): BadEntry | undefined {
    if (columns === undefined || columns.seq === seq) return undefined;
    if (columns.seq < seq) return outOfOrder(seq, columns.seq);
    const gone = columns.seq - seq === 1 ? `entry ${seq} is` : `entries ${seq} to ${columns.seq - 1} are`;
    return { seq, problem: 'missing', message: `${gone} missing`, expected: seq, found: columns.seq };
  }

  #checkHash(seq: number, { body, hash }: Link): BadEntry | undefined {
    const expected = hashBody(body);
    if (expected === hash) return undefined;
    const message = `entry ${seq} was edited: its text does not have the hash that stands beside it`;
    return { seq, problem: 'edited', message, expected, found: hash };
  }

  #checkContent(seq: number, parsed: Parsed, { columns }: Link): BadEntry | undefined {
    if (parsed.seq !== seq) return outOfOrder(seq, parsed.seq);
    if (this.#recordId !== undefined && parsed.recordId !== this.#recordId) {
      const message = `entry ${seq} belongs to another record`;
      return { seq, problem: 'foreign', message, expected: this.#recordId, found: parsed.recordId };
    }
    if (parsed.previous !== this.#last.hash) {
      const message = `entry ${seq} does not follow the entry before it: one of them was replaced`;
      return { seq, problem: 'unlinked', message, expected: this.#last.hash, found: parsed.previous };
    }
    if (parsed.time < this.#last.time) {
      const message = `the time of entry ${seq} lies before that of the entry before it`;
      return { seq, problem: 'time-went-back', message, expected: this.#last.time, found: parsed.time };
    }
    return columns === undefined ? undefined : compareColumns(seq, parsed, columns);
  }

  /** At once, so that a checkpoint that cannot be right is not believed about how long the record was. */
  #checkWitnesses(): BadEntry | undefined {
    for (const witness of [...this.#witnesses.values()].flat()) {
      const bad = this.#checkOrigin(witness);
      if (bad !== undefined) return bad;
    }
    return undefined;
  }

  #checkCheckpoints(seq: number, stored: string | null | undefined): BadEntry | undefined {
    if (stored === null && isCheckpointDue(seq)) {
      const message = `the checkpoint that the record signed at entry ${seq} is missing`;
      return { seq, problem: 'checkpoint-missing', message };
    }
    const bad = typeof stored === 'string' ? this.#checkStored(seq, stored) : undefined;
    if (bad !== undefined) return bad;
    for (const witness of this.#witnesses.get(seq) ?? []) {
      const disagreement = this.#checkCheckpoint(seq, witness);
      if (disagreement !== undefined) return disagreement;
    }
    return undefined;
  }

  #checkStored(seq: number, text: string): BadEntry | undefined {
    const source = `the checkpoint stored for entry ${seq}`;
    let checkpoint: Checkpoint;
    try {
      checkpoint = parseCheckpoint(text, source);
    } catch (error) {
      return { seq, problem: 'malformed', message: (error as Error).message };
    }
    if (checkpoint.seq !== seq || canonicalJson(checkpoint) !== text) {
      return {
        seq,
        problem: 'malformed',
        message: `${source} is not as it was stored`,
        expected: seq,
        found: checkpoint.seq,
      };
    }
    return this.#checkCheckpoint(seq, { checkpoint, source });
  }

  #checkCheckpoint(seq: number, witness: WitnessedCheckpoint): BadEntry | undefined {
    const bad = this.#checkOrigin(witness);
    if (bad !== undefined) return bad;
    const { checkpoint, source } = witness;
    if (checkpoint.hash === this.#last.hash) {
      this.#signedUpTo = seq;
      return undefined;
    }
    const since = Math.min(this.#signedUpTo + 1, seq);
    const which = since < seq ? `entries ${since} to ${seq} are` : `entry ${seq} is`;
    const message = `${which} not what was signed: ${source} has another hash`;
    return { seq: since, problem: 'rewritten', message, expected: checkpoint.hash, found: this.#last.hash };
  }

  #checkOrigin({ checkpoint, source }: WitnessedCheckpoint): BadEntry | undefined {
    const { seq, recordId } = checkpoint;
    if (recordId !== this.#recordId) {
      const message = `${source} belongs to another record`;
      return { seq, problem: 'foreign', message, expected: this.#recordId ?? null, found: recordId };
    }
    const wrong = this.#key === undefined ? undefined : checkSignature(checkpoint, this.#key);
    if (wrong === undefined) return undefined;
    return { seq, problem: 'checkpoint-forged', message: `${source} is forged: ${wrong}` };
  }
}

/** Only what the chain stands on: the whole schema would take four times as long, and the hash covers the rest. */
function parseBody(body: string): Parsed | undefined {
  let value: Partial<Record<string, unknown>> | null;
  try {
    value = JSON.parse(body) as Partial<Record<string, unknown>> | null;
  } catch {
    // What is no JSON is no entry: the caller names it.
    return undefined;
  }
  if (value === null) return undefined;
  const { v, seq, time, previous, recordId, action, workspace, actor } = value;
  if (v !== 1 || typeof seq !== 'number' || typeof time !== 'string' || !timeForm.test(time)) return undefined;
  if (typeof previous !== 'string' || typeof recordId !== 'string' || typeof action !== 'string') return undefined;
  const actorId = actor === null ? null : (actor as { id?: unknown } | undefined)?.id;
  if (!isTextOrNull(workspace) || !isTextOrNull(actorId)) return undefined;
  return { seq, time, previous, recordId, action, workspace, actor: actorId };
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}

function compareColumns(seq: number, parsed: Parsed, columns: Columns): BadEntry | undefined {
  for (const name of ['time', 'actor', 'workspace', 'action'] as const) {
    if (parsed[name] === columns[name]) continue;
    const message = `the column ${name} of entry ${seq} was edited: the entry itself says something else`;
    return { seq, problem: 'column-edited', message, expected: parsed[name], found: columns[name] };
  }
  return undefined;
}

function outOfOrder(seq: number, found: number): BadEntry {
  return {
    seq,
    problem: 'out-of-order',
    message: `entry ${found} stands where entry ${seq} belongs`,
    expected: seq,
    found,
  };
}

function cut(seq: number, known: number): BadEntry {
  const gone = known === seq + 1 ? `entry ${known} is` : `entries ${seq + 1} to ${known} are`;
  const message = `${gone} gone: a checkpoint has seen entry ${known}, the record ends ${seq === 0 ? 'before its first' : `at ${seq}`}`;
  return { seq: seq + 1, problem: 'cut', message, expected: known, found: seq };
}

function malformed(seq: number): BadEntry {
  return { seq, problem: 'malformed', message: `entry ${seq} does not have the form of an entry` };
}
