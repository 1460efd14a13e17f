import { famousImports, knownImports, namespaces, ownLooking } from '../../packages/imports.ts';
import { isProjectName, normalizeName } from '../../policy/index.ts';
import type { PackageCandidate } from '../events.ts';
import type { ImportNames } from './import-names.ts';
import { readLookAlike, readModuleName, showModule } from './module-name.ts';
import { importedAs, meaningOf, meantBy } from './nearby-names.ts';
import { Patience } from './patience.ts';
import { judgeCandidates } from './judge-candidates.ts';
import { explainStandardModule } from './standard-library.ts';

/** What is known besides the tables. */
export interface MissingKnowledge {
  readonly seen?: ImportNames | undefined;
  /** Top-level modules that lie among the files of the workspace. */
  readonly workspaceModules?: ReadonlySet<string> | undefined;
  /** How long what was seen, and what the policy says, is waited for. */
  readonly patienceMs?: number | undefined;
}

export interface MissingModule {
  readonly module: string;
  /** The likeliest first; none where no package should be offered. */
  readonly candidates: readonly PackageCandidate[];
  /** What a person should know, in one sentence. */
  readonly hint?: string | undefined;
}

const maxSeenCandidates = 5;
const shortestGuess = 3;

/** The distributions that may bring a module that was missing, the likeliest first. */
export async function candidatesFor(module: string, knowledge: MissingKnowledge = {}): Promise<PackageCandidate[]> {
  return [...(await explainMissing(module, knowledge)).candidates];
}

/**
 * What can be said about a module that was missing. The name comes from untrusted code, and whoever follows the advice
 * installs something: what only looks like a well-known name is never offered.
 */
export async function explainMissing(module: string, knowledge: MissingKnowledge = {}): Promise<MissingModule> {
  using patience = new Patience(knowledge.patienceMs);
  const explained = await explain(module, knowledge, patience);
  return { ...explained, candidates: await judgeCandidates(explained.candidates, knowledge.seen, patience) };
}

async function explain(module: string, knowledge: MissingKnowledge, patience: Patience): Promise<MissingModule> {
  const names = readModuleName(module);
  if (names === undefined) return hintOnly(module, explainStrangeName(module));
  const [top = ''] = names;
  const hint = explainOwn(top, knowledge) ?? (meaningOf(top) && `did you mean ${meaningOf(top)}?`);
  if (hint !== undefined) return hintOnly(module, hint);
  return (
    explainTables(module, names) ?? (await explainSeen(module, knowledge, patience)) ?? explainUnknown(module, names)
  );
}

function explainStrangeName(module: string): string {
  const looksLike = readLookAlike(module);
  const meant = looksLike === undefined ? undefined : meantBy(looksLike);
  if (meant === undefined) return `“${showModule(module)}” is no name that a package could have`;
  return `“${showModule(module)}” has letters that only look like Latin ones: did you mean ${meant}?`;
}

function explainOwn(top: string, { workspaceModules }: MissingKnowledge): string | undefined {
  const standard = explainStandardModule(top);
  if (standard !== undefined) return standard;
  if (workspaceModules?.has(top)) return `${top} lies among the files of the workspace, but could not be imported`;
  if (top.startsWith('_')) return `${top} is private to whatever brings it: it is no package of its own`;
  return undefined;
}

/** What is written down about the name, the longest part of it first. */
function explainTables(module: string, names: readonly string[]): MissingModule | undefined {
  for (let length = names.length; length > 0; length--) {
    const part = names.slice(0, length).join('.');
    const known = knownImports.get(part);
    if (known !== undefined) return { module, candidates: known.map((name) => ({ name, because: 'known' })) };
    const shared = namespaces.get(part);
    if (shared !== undefined) {
      const hint = `${part} is shared by many packages: look for the one that brings the part you need`;
      return { module, candidates: shared.map((name) => ({ name, because: 'known' })), hint };
    }
  }
  const [top = ''] = names;
  return famousImports.has(top) ? { module, candidates: [sameName(top)] } : undefined;
}

async function explainSeen(
  module: string,
  { seen }: MissingKnowledge,
  patience: Patience,
): Promise<MissingModule | undefined> {
  const found = (await patience.waitFor(seen?.distributionsOf(module))) ?? [];
  const candidates = found
    .filter((name) => isProjectName(name))
    .slice(0, maxSeenCandidates)
    .map((name): PackageCandidate => ({ name, because: 'seen' }));
  return candidates.length > 0 ? { module, candidates } : undefined;
}

function explainUnknown(module: string, names: readonly string[]): MissingModule {
  const [top = ''] = names;
  const imported = importedAs(top);
  if (imported !== undefined) {
    return hintOnly(module, `the package ${imported.distribution} is imported as ${imported.module}`);
  }
  if (ownLooking.has(top)) return hintOnly(module, `${top} looks like a file of your own that is not in the workspace`);
  const meant = meantBy(top);
  if (meant !== undefined) return hintOnly(module, `did you mean ${meant}?`);
  if (top.length < shortestGuess || !isProjectName(top)) {
    return hintOnly(module, `${top} is too short to guess a package by`);
  }
  return { module, candidates: [sameName(top)] };
}

function sameName(top: string): PackageCandidate {
  return { name: normalizeName(top), because: 'same-name' };
}

function hintOnly(module: string, hint: string): MissingModule {
  return { module, candidates: [], hint };
}
