import { opendir } from 'node:fs/promises';

/** Enough for the programs and projects that are shown; a folder beyond it is not waited for. */
const maxEntries = 50_000;

/**
 * A socket or named pipe in a folder: code that sees one may speak by it with whoever holds its other end, however
 * read-only the folder is. Undefined where none was found.
 */
export async function findDoor(folder: string): Promise<string | undefined> {
  const folders = [folder];
  let left = maxEntries;
  for (let at = folders.pop(); at !== undefined && left > 0; at = folders.pop()) {
    const opened = await opendir(at).catch(() => undefined); // what cannot be read here is not read inside either
    if (opened === undefined) continue;
    for await (const entry of opened) {
      const path = `${at}/${entry.name}`;
      if (entry.isSocket() || entry.isFIFO()) return path;
      if (entry.isDirectory()) folders.push(path);
      left -= 1;
    }
  }
  return undefined;
}
