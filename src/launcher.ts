import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ours = fileURLToPath(new URL('../belljar', import.meta.url));

/** How another program starts Belljar, from wherever it is: a program by its whole path, and what goes before the words. */
export function launcherWords(path = ours): string[] {
  return existsSync(path) ? [path] : [process.execPath, ...process.argv.slice(1, 2)];
}

/** What a person types to start Belljar from any folder: the launcher's path, as a shell reads it. */
export function nameLauncher(path = ours): string {
  if (!existsSync(path)) return 'belljar'; // not a clone: it was installed, and is on the path
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
