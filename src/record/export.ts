import { z } from 'zod';

import { canonicalJson } from '../canonical-json.ts';
import { BelljarError } from '../errors.ts';
import { type Database, sql } from '../storage/index.ts';
import { Chain } from './chain.ts';
import { type Checkpoint, checkpointSchema } from './checkpoint.ts';
import { recordIdSchema, timeSchema } from './entry.ts';
import { readLines } from './lines.ts';
import { type VerifyingKey } from './signing-key.ts';
import { type EntryFilter, type EntryRow, whereFilter } from './table.ts';
import { type Progress, toResult, type VerifyOptions, type VerifyResult } from './verify.ts';

/** Takes a piece of the export; it is waited for before the next. */
export type Write = (text: string) => Promise<void> | void;

export interface ExportOptions {
  readonly filter?: EntryFilter;
  readonly onProgress?: Progress;
  readonly signal?: AbortSignal;
}

/** What an export holds. */
export interface ExportSummary {
  readonly entries: number;
  readonly filtered: boolean;
  readonly checkpoint: Checkpoint;
}

const headerSchema = z.strictObject({
  belljarRecord: z.literal(1),
  recordId: recordIdSchema,
  /** A filtered export has gaps, so that its chain cannot be verified. */
  filtered: z.boolean(),
  filter: z.record(z.string(), z.string()).optional(),
  exportedAt: timeSchema,
  /** The newest entry there was. */
  seq: z.int().positive(),
});

const footerSchema = z.strictObject({ checkpoint: checkpointSchema });

// A line is the text that is hashed with something fixed around it, so that it comes back as it was, byte for byte.
const beforeBody = '{"entry":';
const beforeHash = ',"hash":"';
const afterHash = '"}';
const suffixLength = beforeHash.length + 64 + afterHash.length;
const longestLine = 512 * 1024;
const batchSize = 500;

/** Writes a header, the entries up to the checkpoint that fit the filter, and the checkpoint, each on a line. */
export async function exportDatabase(
  database: Database,
  checkpoint: Checkpoint,
  options: ExportOptions & { write: Write },
): Promise<ExportSummary> {
  const { filter = {}, write, onProgress, signal } = options;
  const upToSeq = Math.min(checkpoint.seq, filter.upToSeq ?? checkpoint.seq);
  const described = describeFilter(filter);
  const filtered = Object.keys(described).length > 0;
  const header = {
    belljarRecord: 1,
    recordId: checkpoint.recordId,
    filtered,
    ...(filtered ? { filter: described } : {}),
    exportedAt: new Date().toISOString(),
    seq: checkpoint.seq,
  };
  await write(`${canonicalJson(header)}\n`);
  const query = sql`select seq, body, hash from record_entries where ${whereFilter({ ...filter, upToSeq })} order by seq`;
  let entries = 0;
  let pending = '';
  for await (const { seq, body, hash } of database.iterate<EntryRow>(query, {
    batchSize,
    ...(signal === undefined ? {} : { signal }),
  })) {
    pending += `${beforeBody}${body}${beforeHash}${hash}${afterHash}\n`;
    if (++entries % batchSize !== 0) continue;
    await write(pending);
    pending = '';
    onProgress?.(seq, upToSeq);
  }
  await write(`${pending}${canonicalJson({ checkpoint })}\n`);
  return { entries, filtered, checkpoint };
}

/**
 * Walks an exported record as `verify` walks the one in the database.
 *
 * @throws RECORD_INVALID where the file is no whole export, INPUT_UNREADABLE.
 */
export async function verifyExport(
  path: string,
  key: VerifyingKey | undefined,
  options: VerifyOptions = {},
): Promise<VerifyResult> {
  // However the walk ends, the file is closed.
  await using lines = readLines(path, { maxBytes: longestLine, signal: options.signal });
  const header = parseHeader(await lines.next(), path);
  const chain = new Chain({ key, witnesses: options.witnesses ?? [] });
  let footer: Checkpoint | undefined;
  for await (const line of lines) {
    if (footer !== undefined) throw notAnExport(path, 'something follows the checkpoint that ends it');
    if (line.startsWith(beforeBody)) {
      const bad = chain.add(splitLine(line, path, chain.head.seq + 1));
      if (bad !== undefined) return toResult(chain, key, bad);
      if (chain.head.seq % 1000 === 0) options.onProgress?.(chain.head.seq, header.seq);
    } else {
      footer = parseFooter(line, path);
    }
  }
  if (footer === undefined)
    throw notAnExport(path, `it is cut: it ends after entry ${chain.head.seq}, without its checkpoint`);
  const bad = chain.checkEnd({ checkpoint: footer, source: 'the checkpoint that ends the export' }) ?? chain.end();
  return toResult(chain, key, bad);
}

function describeFilter(filter: EntryFilter): Record<string, string> {
  const members = Object.entries(filter) as [string, string | number | Date][];
  return Object.fromEntries(
    members.map(([name, value]) => [name, value instanceof Date ? value.toISOString() : String(value)]),
  );
}

function parseHeader({ value: line }: IteratorResult<string, void>, path: string): z.output<typeof headerSchema> {
  const header = parseLine(line ?? '', headerSchema, path);
  if (!header.filtered) return header;
  throw notAnExport(path, 'it was filtered, so that entries are missing on purpose', {
    hint: 'Verify the record itself, or an export without filters.',
  });
}

function parseFooter(line: string, path: string): Checkpoint {
  return parseLine(line, footerSchema, path).checkpoint;
}

function parseLine<T>(line: string, schema: z.ZodType<T>, path: string): T {
  try {
    return schema.parse(JSON.parse(line));
  } catch (cause) {
    throw notAnExport(path, `a line is neither header nor entry nor checkpoint: ${JSON.stringify(line.slice(0, 80))}`, {
      cause,
    });
  }
}

function splitLine(line: string, path: string, seq: number): { body: string; hash: string } {
  const suffix = line.slice(-suffixLength);
  if (line.length < beforeBody.length + suffixLength || !suffix.startsWith(beforeHash) || !suffix.endsWith(afterHash)) {
    throw notAnExport(path, `the line of entry ${seq} is not whole`);
  }
  return {
    body: line.slice(beforeBody.length, -suffixLength),
    hash: suffix.slice(beforeHash.length, -afterHash.length),
  };
}

function notAnExport(path: string, why: string, options: { hint?: string; cause?: unknown } = {}): BelljarError {
  return new BelljarError('RECORD_INVALID', `${path} cannot be verified: ${why}`, options);
}
