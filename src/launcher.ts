import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What a person types to start Belljar from any folder: the launcher's path, as a shell reads it. */
export function nameLauncher(path = fileURLToPath(new URL('../belljar', import.meta.url))): string {
  if (!existsSync(path)) return 'belljar'; // not a clone: it was installed, and is on the path
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
