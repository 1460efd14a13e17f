import type { Cursor } from './cursor.ts';
import { readKeyString } from './read-string.ts';

const maxParts = 64;

/** Reads a key, dotted or not: its parts. */
export function readKey(cursor: Cursor): readonly [string, ...string[]] {
  const parts: [string, ...string[]] = [readPart(cursor)];
  while (cursor.take(/[ \t]*\.[ \t]*/y) !== undefined) {
    if (parts.length === maxParts) throw cursor.problem(`a key has more than ${maxParts} parts`);
    parts.push(readPart(cursor));
  }
  return parts;
}

function readPart(cursor: Cursor): string {
  return cursor.take(/[A-Za-z0-9_-]+/y)?.[0] ?? readKeyString(cursor) ?? fail(cursor);
}

function fail(cursor: Cursor): never {
  throw cursor.problem('a key is missing');
}
