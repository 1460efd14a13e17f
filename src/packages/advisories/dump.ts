import { constants, type Dirent } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';

import { BelljarError } from '../../errors.ts';
import { ZipArchive } from './zip-archive.ts';

/** One record of a dump: its text, or a sentence that says why there is none. */
export interface DumpRecord {
  readonly name: string;
  read(): Promise<Buffer | string>;
}

/** Records as OSV publishes them: a ZIP file or a folder with one JSON file for each. */
export interface Dump extends AsyncDisposable {
  readonly records: readonly DumpRecord[];
}

const maxRecords = 400_000;
const maxRecordBytes = 2 << 20;
/** Far above what all of Python's advisories take; a file that promises more is not one of them. */
const maxTotalBytes = 4 * 2 ** 30;

/** @throws ADVISORIES_UNUSABLE where it is neither, or larger than any dump; NOT_FOUND… of the file system as INPUT_UNREADABLE. */
export async function openDump(path: string): Promise<Dump> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new BelljarError('INPUT_UNREADABLE', `cannot read ${path}: ${(cause as Error).message}`, { cause });
  });
  if (found.isDirectory()) return openFolder(path);
  if (!found.isFile()) throw unusable(`${path} is neither a ZIP file nor a folder`);
  return openZip(path);
}

async function openZip(path: string): Promise<Dump> {
  const archive = await ZipArchive.open(path);
  const entries = archive.entries.filter(({ name }) => name.endsWith('.json'));
  try {
    requireBounds(
      entries.length,
      entries.reduce((sum, { bytes }) => sum + Math.min(bytes, maxRecordBytes), 0),
    );
  } catch (error) {
    await archive[Symbol.asyncDispose]();
    throw error;
  }
  const records = entries.map((entry) => ({
    name: entry.name,
    read: async () => (entry.bytes > maxRecordBytes ? tooLarge : archive.read(entry)),
  }));
  return { records, [Symbol.asyncDispose]: () => archive[Symbol.asyncDispose]() };
}

async function openFolder(folder: string): Promise<Dump> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
    .map(pathOf)
    .sort();
  requireBounds(files.length, 0);
  const records = files.map((file) => ({ name: relative(folder, file), read: () => readPlainFile(file) }));
  return { records, [Symbol.asyncDispose]: async () => undefined };
}

async function readPlainFile(path: string): Promise<Buffer | string> {
  // Neither a link that was put in its place, nor a pipe to wait for.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    () => undefined,
  );
  if (file === undefined) return 'cannot be read';
  try {
    const found = await file.stat();
    if (!found.isFile()) return 'is not a file';
    return found.size > maxRecordBytes ? tooLarge : await file.readFile();
  } finally {
    await file.close();
  }
}

const tooLarge = `is larger than ${maxRecordBytes} bytes`;

function requireBounds(records: number, bytes: number): void {
  if (records === 0) throw unusable('it holds no JSON file');
  if (records > maxRecords) throw unusable(`it holds ${records} records, more than ${maxRecords}`);
  if (bytes > maxTotalBytes) throw unusable(`it would take ${bytes} bytes, more than ${maxTotalBytes}`);
}

function pathOf(entry: Dirent): string {
  return join(entry.parentPath, entry.name);
}

function unusable(why: string): BelljarError {
  return new BelljarError('ADVISORIES_UNUSABLE', `this is no dump of advisories: ${why}`);
}
