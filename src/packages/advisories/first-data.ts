import { readFile } from 'node:fs/promises';
import { z } from 'zod';

import type { Snapshot } from './snapshot.ts';

/** The data that comes with Belljar: a header and a line of facts for each advisory, in the order of their ids. */
export const firstDataFile = new URL('first-data.jsonl', import.meta.url);

export const firstDataHeader = z.strictObject({
  belljarAdvisories: z.literal(1),
  source: z.string(),
  credit: z.string(),
  licence: z.string(),
  changes: z.string(),
  asOf: z.iso.datetime(),
  digest: z.string(),
  advisories: z.int(),
});

let loading: Promise<Snapshot> | undefined;

/** What a new installation judges by until somebody imports something newer. */
export function loadFirstData(): Promise<Snapshot> {
  return (loading ??= read());
}

async function read(): Promise<Snapshot> {
  const [head = '', ...rest] = (await readFile(firstDataFile, 'utf8')).trimEnd().split('\n');
  const { asOf, digest } = firstDataHeader.parse(JSON.parse(head));
  return { lines: new Map(rest.map((line) => [idOf(line), line])), digest, asOf };
}

/** The first thing in the line; ids have no quotes. */
function idOf(line: string): string {
  return line.slice(2, line.indexOf('"', 2));
}
