import { spawnSync } from 'node:child_process';

import type { CgroupPlaces } from '../../src/sandbox/cgroup/index.ts';

/** What a Belljar finds that was started in a certain way. */
export interface FoundPlaces {
  readonly before: string;
  readonly after: string;
  readonly places: CgroupPlaces;
}

export const printPlaces = [
  process.execPath,
  '--disable-warning=ExperimentalWarning',
  new URL('print-places.ts', import.meta.url).pathname,
] as const;

/** Starts the program that looks for places by the words before it. */
export function findPlacesBy(...words: readonly string[]): FoundPlaces {
  return JSON.parse(call([...words, ...printPlaces])) as FoundPlaces;
}

export function call([program = '', ...args]: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
  return stdout.trim();
}
