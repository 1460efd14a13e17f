import type { AuditRecord } from '../record/index.ts';
import { textFile } from './bundle-file.ts';
import { parts } from './manifest.ts';
import type { TarFile } from './tar/index.ts';

/** Older ones stay at home. */
const mostEntries = 5000;

/**
 * The newest entries of one workspace, each with its hash and that of the entry before it, and a signed checkpoint: whoever
 * has the whole record can show that these are in it, and unchanged.
 */
export async function excerptRecord(record: AuditRecord, workspace: string, signal?: AbortSignal): Promise<TarFile> {
  const newest = await record.tail({ workspace, limit: mostEntries }, signal === undefined ? {} : { signal });
  const filter = { workspace, afterSeq: Math.max(0, (newest[0]?.seq ?? 1) - 1) };
  let text = '';
  const write = (piece: string): void => void (text += piece);
  await record.exportTo(write, { filter, ...(signal === undefined ? {} : { signal }) });
  return textFile(parts.record, text);
}
