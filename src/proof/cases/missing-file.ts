import { existsSync } from 'node:fs';

/** Why there is nothing to attack where a machine lacks a file. */
export function missingFile(path: string): string | undefined {
  return existsSync(path) ? undefined : `this machine has no ${path}`;
}
