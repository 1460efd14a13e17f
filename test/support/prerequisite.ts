import { spawnSync } from 'node:child_process';

/**
 * The options of a test that needs something of the machine: a visible skip with its reason where that is missing, a
 * failure where BELLJAR_CI says that nothing may be.
 */
export function needs(...prerequisites: readonly Prerequisite[]): { skip: string | false } {
  const missing = prerequisites.filter(({ holds }) => !holds).map(({ what }) => what);
  if (missing.length === 0) return { skip: false };
  if (process.env['BELLJAR_CI'] !== undefined) throw new Error(`missing on this machine: ${missing.join(', ')}`);
  return { skip: `needs ${missing.join(', ')}` };
}

export interface Prerequisite {
  readonly what: string;
  readonly holds: boolean;
}

export const root: Prerequisite = { what: 'root', holds: process.getuid?.() === 0 };

export const bubblewrap: Prerequisite = { what: 'bubblewrap', holds: spawnSync('bwrap', ['--version']).status === 0 };

export const python: Prerequisite = { what: 'python3', holds: spawnSync('python3', ['--version']).status === 0 };
