import { createHash } from 'node:crypto';

import type { Advisory, Affected } from './advisory.ts';
import { AdvisoryIndex } from './advisory-index.ts';
import { AffectedVersions } from './affected-versions.ts';
import { writeFactsLine } from './facts-line.ts';

/** All advisories of one dump: one line for each id, in the order of the ids. */
export interface Snapshot {
  readonly lines: ReadonlyMap<string, string>;
  readonly digest: string;
  readonly asOf: string | undefined;
}

/** How far another machine's clock may be ahead before it is not believed. */
const clockSkewMs = 60 * 60 * 1000;

/** Gathers advisories; of two with one id the one that was changed later counts. */
export class SnapshotBuilder {
  readonly #found = new Map<string, { readonly line: string; readonly modified: string }>();
  #newest = '';
  readonly #now: number;

  constructor(now: number = Date.now()) {
    this.#now = now;
  }

  get size(): number {
    return this.#found.size;
  }

  /** Returns false where the id was there already. */
  add(advisory: Advisory): boolean {
    const { id, modified = '' } = advisory;
    const known = this.#found.get(id);
    if (known === undefined || known.modified < modified) {
      const line = writeFactsLine({ ...advisory, affected: advisory.affected.map(withoutRepeated) });
      this.#found.set(id, { line, modified });
    }
    if (modified > this.#newest && Date.parse(modified) <= this.#now + clockSkewMs) this.#newest = modified;
    return known === undefined;
  }

  finish(): Snapshot {
    const ids = [...this.#found.keys()].sort();
    const lines = new Map(ids.map((id) => [id, this.#found.get(id)?.line ?? '']));
    return { lines, digest: digestOf(lines.values()), asOf: this.#newest === '' ? undefined : this.#newest };
  }
}

export function digestOf(lines: Iterable<string>): string {
  const hash = createHash('sha256');
  for (const line of lines) hash.update(`${line}\n`);
  return hash.digest('hex');
}

/** The data of a snapshot, ready to be asked. */
export function indexSnapshot({ lines, digest, asOf }: Snapshot): AdvisoryIndex {
  const byName = new Map<string, string[]>();
  for (const line of lines.values()) {
    for (const name of namesOf(line)) addTo(byName, name, line);
  }
  return new AdvisoryIndex(byName, { digest, asOf });
}

export function addTo(byName: Map<string, string[]>, name: string, line: string): void {
  const lines = byName.get(name);
  if (lines === undefined) byName.set(name, [line]);
  else lines.push(line);
}

/** The projects that a line speaks of, each once: without reading the rest of it, since this is asked of all lines. */
export function namesOf(line: string): ReadonlySet<string> {
  const [, , , , affected] = JSON.parse(line) as readonly unknown[];
  if (!Array.isArray(affected)) throw new TypeError('this is no line of facts');
  return new Set(affected.map((each: unknown) => String((each as readonly unknown[])[0])));
}

/** Sources list each version beside the ranges that say the same; only those that no range says tell something. */
function withoutRepeated(affected: Affected): Affected {
  if (affected.ranges.length === 0) return affected;
  const ranges = new AffectedVersions([{ ranges: affected.ranges, versions: [] }]);
  return { ...affected, versions: affected.versions.filter((version) => ranges.find(version).length === 0) };
}
