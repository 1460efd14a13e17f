import { normalizeName } from '../../policy/index.ts';
import { famousProjects, otherProjects } from './famous-projects.ts';
import { knownImports } from './known-imports.ts';
import { NameTable } from './name-table.ts';

/** The project that somebody more likely meant, and what speaks for it. */
export interface NameSuggestion {
  readonly suggestion: string;
  readonly why: string;
}

export interface NameQuestion {
  /** More names that are trusted here: those of the policy, of the installation. */
  readonly known?: Iterable<string>;
  /** Whether an index has the name. What exists is only doubted where it is easily taken for another. */
  readonly exists?: boolean;
}

const famous = new NameTable(famousProjects);

/** By the name under which they are imported, where that is another than their own. */
const imported = new Map(
  [...knownImports].flatMap(([module, [distribution = '']]) => {
    const [name, project] = [normalizeName(module), normalizeName(distribution)];
    return name === project ? [] : [[name, { module, project }] as const];
  }),
);

/**
 * What else a name may have been meant to be; nothing for names that are famous or trusted themselves.
 *
 * @example
 * suggestName('reqeusts') // { suggestion: 'requests', why: 'it differs by one letter' }
 */
export function suggestName(
  text: string,
  { known = [], exists = false }: NameQuestion = {},
): NameSuggestion | undefined {
  return suggestAmong(normalizeName(text), { trusted: new NameTable([...known].map(normalizeName)), exists });
}

/** The same for many names, with a table that is made once; the name is as PEP 503 spells it. */
export function suggestAmong(
  name: string,
  { trusted, exists }: { readonly trusted: NameTable; readonly exists: boolean },
): NameSuggestion | undefined {
  if (famous.has(name) || otherProjects.has(name) || trusted.has(name)) return undefined;
  return (
    findImport(name, exists) ??
    findTwin(name, trusted, exists) ??
    findTwin(name, famous, exists) ??
    (exists ? undefined : (findDistant(name, trusted) ?? findDistant(name, famous)))
  );
}

/** From what nobody can tell apart to one slip of the fingers. */
function findTwin(name: string, table: NameTable, exists: boolean): NameSuggestion | undefined {
  return (
    because(table.withOtherHyphens(name), 'it differs in its hyphens only') ??
    because(table.thatLooksLike(name), 'letters or digits in it look like others') ??
    because(table.withOtherDoubling(name), 'a letter in it is doubled, or should be') ??
    because(table.withFirstLetterMissing(name), 'its first letter is missing') ??
    because(affixed(name, table, exists), 'it is the same with or without “python” or the like') ??
    because(name.length < 5 ? undefined : table.nearest(name, 1), 'it differs by one letter')
  );
}

/** Much that exists is called `py…`, and means no harm. */
function affixed(name: string, table: NameTable, exists: boolean): string | undefined {
  return exists && !name.includes('python') ? undefined : table.withOtherAffix(name);
}

/** Of what exists only where the other is famous: names of imports are favourites of those who lay traps. */
function findImport(name: string, exists: boolean): NameSuggestion | undefined {
  const found = imported.get(name);
  if (found === undefined || (exists && !famous.has(found.project))) return undefined;
  return { suggestion: found.project, why: `“${found.module}” is what it is imported as` };
}

function findDistant(name: string, table: NameTable): NameSuggestion | undefined {
  return because(name.length < 7 ? undefined : table.nearest(name, 2), 'it differs by two letters');
}

function because(suggestion: string | undefined, why: string): NameSuggestion | undefined {
  return suggestion === undefined ? undefined : { suggestion, why };
}
