import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const folder = join(import.meta.dirname, '../sets');

/** A file of requirements: real names, as people put them together. */
export interface RequirementSet {
  readonly name: string;
  readonly path: string;
  readonly requirements: readonly string[];
}

/** The sets that there are, the smallest first. */
export function readSets(): readonly RequirementSet[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.txt'));
  const sets = files.map((file) => {
    const lines = readFileSync(join(folder, file), 'utf8').split('\n');
    const requirements = lines.filter((line) => line !== '' && !line.startsWith('#'));
    return { name: basename(file, '.txt'), path: join(folder, file), requirements };
  });
  return sets.sort((one, other) => one.requirements.length - other.requirements.length);
}
