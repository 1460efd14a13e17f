import { setImmediate } from 'node:timers/promises';

import { BelljarError, refuseWhenCancelled } from '../../errors.ts';
import { type DumpRecord, openDump } from './dump.ts';
import { readOsvRecord } from './read-osv-record.ts';
import { type Snapshot, SnapshotBuilder } from './snapshot.ts';

export interface ReadDumpOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** What a dump held. */
export interface DumpCounts {
  readonly records: number;
  readonly advisories: number;
  readonly withdrawn: number;
  /** Records on other ecosystems. */
  readonly elsewhere: number;
  /** Records that could not be used. */
  readonly refused: number;
  /** Records whose id was there already. */
  readonly repeated: number;
  /** The first things that were wrong, one sentence each; some of them were mended. */
  readonly problems: readonly string[];
}

export interface DumpReading {
  readonly snapshot: Snapshot;
  readonly counts: DumpCounts;
}

const maxProblems = 50;
/** What other work waits at most for this. */
const sliceMs = 10;

/**
 * Reads a dump whole. Records that are wrong are counted and told, and the others used.
 *
 * @throws ADVISORIES_UNUSABLE where nothing in it can be used, INPUT_UNREADABLE, CANCELLED.
 */
export async function readDump(path: string, { signal, onProgress }: ReadDumpOptions = {}): Promise<DumpReading> {
  await using dump = await openDump(path);
  const tally = new Tally();
  let sliceEnd = performance.now() + sliceMs;
  for (const [index, record] of dump.records.entries()) {
    refuseWhenCancelled(signal);
    tally.add(record.name, await readText(record));
    if (performance.now() < sliceEnd) continue;
    onProgress?.(index + 1, dump.records.length);
    await setImmediate();
    sliceEnd = performance.now() + sliceMs;
  }
  onProgress?.(dump.records.length, dump.records.length);
  return tally.finish(dump.records.length);
}

async function readText(record: DumpRecord): Promise<{ text: string } | { problem: string }> {
  const content = await record.read();
  if (typeof content === 'string') return { problem: content };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(content) };
  } catch {
    return { problem: 'is not UTF-8' };
  }
}

class Tally {
  readonly #builder = new SnapshotBuilder();
  readonly #counts = { withdrawn: 0, elsewhere: 0, refused: 0, repeated: 0 };
  readonly #problems: string[] = [];

  add(name: string, content: { text: string } | { problem: string }): void {
    const reading =
      'problem' in content ? ({ kind: 'refused', problem: content.problem } as const) : readOsvRecord(content.text);
    switch (reading.kind) {
      case 'advisory':
        if (!this.#builder.add(reading.advisory)) this.#counts.repeated++;
        this.#tell(name, reading.problems);
        break;
      case 'refused':
        this.#counts.refused++;
        this.#tell(name, [reading.problem]);
        break;
      default:
        this.#counts[reading.kind]++;
    }
  }

  finish(records: number): DumpReading {
    const { size } = this.#builder;
    if (size === 0) {
      const [problem] = this.#problems;
      const why = problem === undefined ? '' : `; the first problem: ${problem}`;
      throw new BelljarError(
        'ADVISORIES_UNUSABLE',
        `none of ${records} records is an advisory on a Python package${why}`,
      );
    }
    const counts = { records, advisories: size, ...this.#counts, problems: this.#problems };
    return { snapshot: this.#builder.finish(), counts };
  }

  #tell(name: string, problems: readonly string[]): void {
    const room = maxProblems - this.#problems.length;
    this.#problems.push(...problems.slice(0, room).map((problem) => `${name.slice(0, 100)}: ${problem}`));
  }
}
