import { BelljarError } from '../../errors.ts';
import { matchesGlob, normalizeName, parseGlob } from '../../policy/index.ts';
import type { IndexSource } from './upstream.ts';

/** Which index a name belongs to: exactly one, so that no other can slip a project of that name in. */
export type ChooseIndex = (name: string) => string;

/** @throws USAGE where the indexes do not say for each name where it comes from. */
export function chooseAmong(indexes: readonly IndexSource[]): ChooseIndex {
  const names = new Set(indexes.map(({ name }) => name));
  if (names.size !== indexes.length) throw misconfigured('two package indexes have the same name');
  const [fallback, second] = indexes.filter(({ only }) => only === undefined);
  if (fallback === undefined) throw misconfigured('no package index takes the names that belong to no other');
  if (second !== undefined) {
    throw misconfigured(`the package index ${second.name} does not say which names are its own`);
  }
  const rules = indexes.flatMap(({ name, only = [] }) => only.map((pattern) => ({ glob: readPattern(pattern), name })));
  return (asked) => {
    const name = normalizeName(asked);
    return rules.find(({ glob }) => matchesGlob(glob, name))?.name ?? fallback.name;
  };
}

function readPattern(pattern: string) {
  const reading = parseGlob(normalizeName(pattern));
  if (!reading.ok) throw misconfigured(`“${pattern}” is no pattern of names: ${reading.message}`);
  return reading.glob;
}

function misconfigured(message: string): BelljarError {
  return new BelljarError('USAGE', message, {
    hint: 'One index has no `only` and takes all other names; each further one names patterns of its own.',
  });
}
