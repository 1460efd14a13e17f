import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { buffer } from 'node:stream/consumers';

import { BelljarError } from '../errors.ts';
import {
  maxPylockBytes,
  maxWishBytes,
  type PythonNeed,
  readArguments,
  readPylock,
  readPyproject,
  readRequirementsText,
  readScript,
  readWanted,
  requireSound,
  type WishReading,
  type WishRequirement,
} from '../packages/index.ts';

export interface WishSources {
  readonly texts: readonly string[];
  readonly files: readonly string[];
  /** Which lists of a pyproject.toml are wanted besides its dependencies. */
  readonly extras?: readonly string[];
  readonly groups?: readonly string[];
}

export interface WishFromSources {
  readonly requirements: readonly WishRequirement[];
  readonly pythonNeeds: readonly PythonNeed[];
}

/**
 * What a person asks for on the command line: requirements, and files that hold some.
 *
 * @throws USAGE where nothing is asked for, INPUT_UNREADABLE, WISH_INVALID with all problems of all sources.
 */
export async function readWish(sources: WishSources): Promise<WishFromSources> {
  const { texts, files, extras = [], groups = [] } = sources;
  if (texts.length === 0 && files.length === 0) {
    throw new BelljarError('USAGE', 'name a requirement, such as “pandas>=2”, or a file with -r');
  }
  if (extras.length + groups.length > 0 && !files.some(isPyproject)) {
    throw new BelljarError('USAGE', '--extra and --group name lists of a pyproject.toml: name that with -r');
  }
  const fromFiles = await Promise.all(files.map((file) => readWishFile(file, { extras, groups })));
  const readings = [readArguments(texts), ...fromFiles];
  const requirements = requireSound({
    requirements: readings.flatMap((reading) => reading.requirements),
    problems: readings.flatMap(({ problems }) => problems),
  });
  const pythonNeeds = fromFiles.flatMap(({ requiresPython: range }, index) => {
    return range === undefined ? [] : [{ from: files[index] ?? '', range }];
  });
  return { requirements, pythonNeeds };
}

function isPyproject(file: string): boolean {
  return basename(file) === 'pyproject.toml';
}

type Lists = Required<Pick<WishSources, 'extras' | 'groups'>>;

async function readWishFile(file: string, lists: Lists): Promise<WishReading> {
  const name = basename(file);
  const isLock = /^pylock(?:\.[^.]+)?\.toml$/.test(name);
  const bytes = await readBounded(file, isLock ? maxPylockBytes : maxWishBytes);
  if (isPyproject(file)) return readPyproject(bytes, { from: file, ...lists });
  if (isLock) return readLock(bytes, file);
  // What begins with “#!” is a program, whatever it is called.
  if (!/\.pyw?$/.test(name) && !(bytes[0] === 0x23 && bytes[1] === 0x21))
    return readRequirementsText(bytes, { from: file });
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
  return { ...readWanted(requirements), requiresPython: reading.requiresPython };
}

/** One byte more than there may be is read at most, whatever the file is. */
async function readBounded(file: string, maxBytes: number): Promise<Uint8Array> {
  try {
    const bytes = await buffer(createReadStream(file, { end: maxBytes }));
    if (bytes.length <= maxBytes) return bytes;
  } catch (cause) {
    throw new BelljarError('INPUT_UNREADABLE', `cannot read ${file}: ${(cause as NodeJS.ErrnoException).code}`, {
      cause,
    });
  }
  throw new BelljarError('INPUT_UNREADABLE', `${file} is larger than ${maxBytes} bytes`);
}
