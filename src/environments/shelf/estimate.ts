import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

import { type Database, sql } from '../../storage/index.ts';
import { nameHalf } from './half.ts';

const measuredSchema = z.strictObject({ bytes: z.int().min(0), time: z.iso.datetime() });

/** What a file takes on the disk beyond its bytes, about. */
const beyondBytes = 2048;

/** How full a shelf was when it was last counted. */
export type Measured = z.output<typeof measuredSchema>;

/** Undefined where nobody counted yet. */
export async function readMeasured(environments: string): Promise<Measured | undefined> {
  try {
    return measuredSchema.parse(JSON.parse(await readFile(fileOf(environments), 'utf8')));
  } catch {
    return undefined; // it is counted anew
  }
}

/** For all processes of the home: counting takes seconds where much lies there. */
export async function keepMeasured(environments: string, bytes: number): Promise<void> {
  const half = await nameHalf(environments);
  const measured: Measured = { bytes: Math.max(0, bytes), time: new Date().toISOString() };
  try {
    await writeFile(half, JSON.stringify(measured), { mode: 0o600 });
    await rename(half, fileOf(environments));
  } catch {
    // Whoever wants to know counts anew: it matters less than what the room is made for.
    await rm(half, { force: true }).catch(() => undefined);
  }
}

/** At most so much lies there, without counting: what was counted last, and what was built since. */
export async function estimateBytes(environments: string, database: Database): Promise<number | undefined> {
  const measured = await readMeasured(environments);
  if (measured === undefined) return undefined;
  const since = sql`select coalesce(sum(bytes + files * ${beyondBytes}), 0) as bytes from environments
    where made > ${measured.time}`;
  const [row] = await database.read<{ readonly bytes: number }>(since);
  return measured.bytes + (row?.bytes ?? 0);
}

function fileOf(environments: string): string {
  return join(environments, 'measured.json');
}
