import { hash } from 'node:crypto';

import { containsVersion, parseSpecifiers } from '../../policy/index.ts';
import { Breath } from '../breath.ts';
import { type ProjectFile, type ProjectPage, versionsOf } from '../upstream/index.ts';
import type { TargetTraits } from './target.ts';
import { isSource } from './stand-in.ts';
import { mayFit } from './wheel-fit.ts';

/** What of an index a resolution may choose from. */
export interface View {
  /** Another text wherever another file could be shown: by it the engine's own cache is told apart. */
  readonly key: string;
  /** Of these files of the page, those that are shown; and until when that holds. */
  show(page: ProjectPage): Promise<{ readonly files: readonly ProjectFile[]; readonly validUntilMs: number }>;
}

/** Tells which version of a project a file is; undefined where its name tells none. */
export type IdentifyVersion = (filename: string, project: string) => string | undefined;

export interface NarrowOptions {
  readonly traits: TargetTraits;
  /** By name: the hashes that the wish pins. */
  readonly pins: ReadonlyMap<string, ReadonlySet<string>>;
  /** Of a version that has no wheel for the target its source is left. */
  readonly takesSources?: boolean | undefined;
}

/**
 * The page with what a target could take alone: pages become short, and so does all that comes after. Of a version that
 * has nothing for it one file is left, so that the engine can say why it cannot be taken.
 */
export async function narrowPage(page: ProjectPage, options: NarrowOptions): Promise<ProjectPage> {
  const pinned = options.pins.get(page.name);
  const isTakable = refuseOldOnes(options.traits);
  const isUsable = (file: ProjectFile): boolean => {
    const { sha256 } = file;
    return sha256 !== undefined && (pinned === undefined || pinned.has(sha256)) && isTakable(file);
  };
  const files: ProjectFile[] = [];
  const breath = new Breath();
  for (const version of versionsOf(page)) {
    files.push(...narrowVersion(version.files.filter(isUsable), options));
    if (breath.isDue) await breath.take();
  }
  return { ...page, files };
}

function narrowVersion(all: readonly ProjectFile[], { traits, takesSources }: NarrowOptions): readonly ProjectFile[] {
  const fitting = all.filter(({ filename }) => mayFit(filename, traits));
  if (fitting.length > 0) return fitting;
  const source = takesSources === true ? all.find(isSource) : undefined;
  return [...new Set([...all.slice(0, 1), ...(source === undefined ? [] : [source])])];
}

/** The engine looks at the lower end of the Pythons that a file is for, and installers at both. Files say the same again and again. */
function refuseOldOnes({ pythonVersion }: TargetTraits): (file: ProjectFile) => boolean {
  const known = new Map<string, boolean>();
  return ({ requiresPython }) => {
    if (requiresPython === undefined) return true;
    const isTakable = known.get(requiresPython) ?? !isOver(requiresPython, pythonVersion);
    known.set(requiresPython, isTakable);
    return isTakable;
  };
}

function isOver(requiresPython: string, pythonVersion: string): boolean {
  const specifiers = parseSpecifiers(requiresPython);
  return specifiers !== undefined && !containsVersion(specifiers, pythonVersion) && !containsVersion(specifiers, later);
}

/** Whoever takes this one takes newer Pythons than there are: then the target is too old for it, and not too new. */
const later = '3.9999.0';

/** The hashes that a wish pins, by the names of projects. */
export function pinsOf(
  requirements: readonly { readonly name: string; readonly sha256s: readonly string[] }[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const pins = new Map<string, ReadonlySet<string>>();
  for (const { name, sha256s } of requirements) {
    if (sha256s.length === 0) continue;
    const known = pins.get(name);
    const own = new Set(sha256s);
    pins.set(name, known === undefined ? own : known.intersection(own));
  }
  return pins;
}

/** A short name for a view narrowed for a target and by pins. */
export function viewName(...parts: readonly string[]): string {
  return hash('sha256', parts.join('\n')).slice(0, 24);
}
