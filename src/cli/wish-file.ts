import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

import { BelljarError } from '../errors.ts';
import {
  maxWishBytes,
  readArguments,
  readPylock,
  readPyproject,
  readRequirementsText,
  readScript,
  requireSound,
  type WishReading,
  type WishRequirement,
} from '../packages/index.ts';

/**
 * What a person asks for on the command line: requirements, and files that hold some.
 *
 * @throws USAGE where nothing is asked for, INPUT_UNREADABLE, WISH_INVALID with all problems of all sources.
 */
export async function readWish(
  texts: readonly string[],
  files: readonly string[],
): Promise<readonly WishRequirement[]> {
  if (texts.length === 0 && files.length === 0) {
    throw new BelljarError('USAGE', 'name a requirement, such as “pandas>=2”, or a file with -r');
  }
  const readings = [readArguments(texts), ...(await Promise.all(files.map(readWishFile)))];
  return requireSound({
    requirements: readings.flatMap(({ requirements }) => requirements),
    problems: readings.flatMap(({ problems }) => problems),
  });
}

async function readWishFile(file: string): Promise<WishReading> {
  const bytes = await readBounded(file);
  const name = basename(file);
  if (name === 'pyproject.toml') return readPyproject(bytes, { from: file });
  if (/^pylock(?:\.[^.]+)?\.toml$/.test(name)) return readLock(bytes, file);
  if (!name.endsWith('.py')) return readRequirementsText(bytes, { from: file });
  const reading = readScript(Buffer.from(bytes).toString('utf8'), { from: file });
  return (
    reading ?? { requirements: [], problems: [{ from: file, text: '', message: 'it has no “# /// script” block' }] }
  );
}

/** A lock is a wish for exactly what is in it. */
function readLock(bytes: Uint8Array, from: string): WishReading {
  const reading = readPylock(Buffer.from(bytes).toString('utf8'));
  if (!reading.ok) return { requirements: [], problems: [{ from, text: '', message: reading.message }] };
  const requirements = reading.packages.map(({ name, version, marker, wheels, sdist }): WishRequirement => {
    const files = [...wheels, ...(sdist === undefined ? [] : [sdist])];
    const sha256s = files.map(({ sha256 }) => sha256).sort();
    return { ...{ name, marker, sha256s, extras: [] }, specifier: `==${version}`, source: { from } };
  });
  return { requirements, problems: [] };
}

async function readBounded(file: string): Promise<Uint8Array> {
  try {
    const bytes = await readFile(file);
    if (bytes.length <= maxWishBytes) return bytes;
  } catch (cause) {
    throw new BelljarError('INPUT_UNREADABLE', `cannot read ${file}: ${(cause as NodeJS.ErrnoException).code}`, {
      cause,
    });
  }
  throw new BelljarError('INPUT_UNREADABLE', `${file} is larger than ${maxWishBytes} bytes`);
}
