import { BelljarError } from '../errors.ts';
import { digestWish, formatRequirement, readWanted, requireSound, type WishRequirement } from '../packages/index.ts';
import { nearestOf } from '../nearest.ts';
import { normalizeName } from '../policy/index.ts';

/** As a person writes them, or as they were read from a file. */
export type Requirements = readonly (string | WishRequirement)[];

/** What is wanted of the declared set as a whole. */
export interface WantedSet {
  readonly requirements: readonly WishRequirement[];
  /** One line for each, in the order in which they were declared. */
  readonly lines: readonly string[];
  readonly wish: string;
}

/** @throws WISH_INVALID */
export function readRequirements(requirements: Requirements): readonly WishRequirement[] {
  return requireSound(readWanted(requirements));
}

/** The declared set with more in it: what is asked for anew takes the place of what was declared of the same project. */
export function withRequirements(declared: readonly string[], added: Requirements): WantedSet {
  const more = readRequirements(added);
  const names = new Set(more.map(({ name }) => name));
  return wantedSet([...readRequirements(declared).filter(({ name }) => !names.has(name)), ...more]);
}

/** The declared set without some projects. @throws USAGE where one was never declared, WISH_INVALID for what is no name. */
export function withoutProjects(declared: readonly string[], names: readonly string[]): WantedSet {
  const all = readRequirements(declared);
  const known = [...new Set(all.map(({ name }) => name))];
  const dropped = new Set(names.map(normalizeName));
  for (const name of dropped) if (!known.includes(name)) throw notDeclared(name, known);
  return wantedSet(all.filter(({ name }) => !dropped.has(name)));
}

/** All of two sets, of which the second one's lines are what is declared. */
export function joinSets(before: readonly WishRequirement[], { requirements, lines }: WantedSet): WantedSet {
  const all = [...before, ...requirements];
  return { requirements: all, lines, wish: digestWish(all) };
}

export function wantedSet(requirements: readonly WishRequirement[]): WantedSet {
  return { requirements, lines: [...new Set(requirements.map(formatRequirement))], wish: digestWish(requirements) };
}

function notDeclared(name: string, known: readonly string[]): BelljarError {
  const nearest = nearestOf(name, known);
  const declared = known.length === 0 ? 'It declares nothing.' : `It declares ${known.slice(0, 20).join(', ')}.`;
  return new BelljarError('USAGE', `the workspace does not declare “${name}”`, {
    hint: nearest === undefined ? declared : `Did you mean “${nearest}”?`,
  });
}
