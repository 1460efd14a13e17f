import type { PythonBuild } from '../environments/index.ts';
import { type Base, type BaseSettings, findBase, withInstalled } from './base.ts';
import type { Declaration } from './declaration.ts';
import type { WantedSet } from './requirements.ts';
import { asInstalled, choosePython, type WorkspacePythons } from './workspace-python.ts';

/** What a workspace asks for besides packages; left out where the installation decides. */
export type Asked = Declaration['asked'];

export interface FootingParts {
  readonly pythons: WorkspacePythons;
  readonly readBases: () => Promise<BaseSettings>;
}

/** What all that a workspace declares stands on. */
export interface Footing {
  readonly python: PythonBuild;
  readonly base: Base | undefined;
  readonly asked: Asked;
}

export interface FootingQuestion {
  readonly workspace: string;
  readonly before: Declaration | undefined;
  /** What is asked for now: a Python and a base, `default` for the installation's. */
  readonly now: Asked;
  readonly signal?: AbortSignal | undefined;
}

/** @throws USAGE, SETTINGS_INVALID, PYTHON_NOT_FOUND, ENVIRONMENT_MISSING */
export async function findFooting(
  { pythons, readBases }: FootingParts,
  { workspace, before, now, signal }: FootingQuestion,
): Promise<Footing> {
  const asked = remember(before?.asked ?? {}, now);
  const base = await findBase(await readBases(), asked.base);
  const question = { workspace, asked: now.python, kept: before, ofBase: base?.python, signal };
  const python = await choosePython(pythons, question);
  if (base?.takesInstalled !== true) return { python, base, asked };
  return { python, base: await withInstalled(base, await pythons.listInstalled(python, signal)), asked };
}

/** All that is to be planned: one flat set, of which what the base asks for is a part. */
export async function standOn({ base }: Footing, wanted: WantedSet): Promise<WantedSet> {
  if (base === undefined) return wanted;
  const { joinSets } = await import('./requirements.ts');
  return joinSets(base.requirements, wanted);
}

function remember(before: Asked, now: Asked): Asked {
  const python = now.python ?? before.python;
  const base = now.base ?? before.base;
  return {
    ...(python === undefined || python === asInstalled ? {} : { python }),
    ...(base === undefined || base === asInstalled ? {} : { base }),
  };
}
