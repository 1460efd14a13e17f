import { WheelRefusal } from '../problem.ts';
import { foldName } from './entry-name.ts';

interface Named {
  readonly path: string;
  readonly isFolder: boolean;
}

/** Refuses two files of one name, a file where others need a folder, and names that differ in case or accents alone. */
export function checkCollisions(entries: readonly Named[]): void {
  const seen = new Map<string, Named>();
  for (const entry of entries) {
    for (const named of [...foldersAbove(entry.path), entry]) {
      const folded = foldName(named.path);
      const other = seen.get(folded);
      if (other === undefined) seen.set(folded, named);
      else compare(other, named, named === entry);
    }
  }
}

function compare(one: Named, other: Named, isListed: boolean): void {
  const { path } = other;
  if (one.path !== path) {
    const message = `${one.path} and ${path} differ in letters that some file systems take for the same`;
    throw new WheelRefusal('archive.duplicate', message, path);
  }
  if (one.isFolder && other.isFolder) return;
  const message = isListed && !one.isFolder && !other.isFolder ? 'is there twice' : 'is a file and a folder at once';
  throw new WheelRefusal('archive.duplicate', `${path} ${message}`, path);
}

function* foldersAbove(path: string): Generator<Named> {
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
    yield { path: path.slice(0, at), isFolder: true };
  }
}
