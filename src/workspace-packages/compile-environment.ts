import { basename } from 'node:path';

import type { BuildProgress, EnvironmentLease } from '../environments/index.ts';
import { BelljarError, toBelljarError } from '../errors.ts';
import {
  maxWishBytes,
  readPyproject,
  readRequirementsText,
  requireSound,
  type WishRequirement,
} from '../packages/index.ts';
import { decideAction } from '../policy/index.ts';
import type { Background } from '../background.ts';
import type { ChangeParts, Place } from './change.ts';
import type { DeclaredFile } from './declared-file.ts';
import { findFooting, standOn } from './footing.ts';
import { wantedSet, type WantedSet } from './requirements.ts';

export interface CompileOptions {
  /** The requirements file at the root of the project: without one the project has not opted in. */
  readonly declared: DeclaredFile | undefined;
  /** After so long the base interpreter is used, and the build goes on without the caller. */
  readonly deadlineMs?: number | undefined;
  readonly onProgress?: ((progress: BuildProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a project is compiled with. What keeps it from its packages is said, and never keeps it from being compiled. */
export type CompileEnvironment =
  { readonly kind: 'environment'; readonly lease: EnvironmentLease; readonly isNew: boolean } | BaseInterpreter;

export interface BaseInterpreter {
  readonly kind: 'base';
  readonly because: 'nothing-declared' | 'not-a-member' | 'still-building' | 'refused' | 'failed';
  /** The projects that are declared and not there. */
  readonly missing: readonly string[];
  /** For a person; empty where nothing is declared. */
  readonly message: string;
  /** What went wrong. */
  readonly error?: BelljarError | undefined;
}

export interface CompileParts extends ChangeParts {
  readonly background: Background;
}

/** What the workspace's packages are asked for. */
interface Asked {
  sync(requirements: readonly WishRequirement[], options: Waiting): Promise<unknown>;
  lease(options: Waiting): Promise<EnvironmentLease | undefined>;
}

type Waiting = Pick<CompileOptions, 'onProgress' | 'signal'>;

/**
 * The environment that a project's own requirements file asks for: of what is declared already in milliseconds, else it is
 * planned and built, once however many ask. Whoever may not install gets the base interpreter and starts nothing.
 *
 * @throws CANCELLED, and the codes of the database.
 */
export async function compileEnvironment(
  parts: CompileParts,
  place: Place,
  { packages, declared, deadlineMs, onProgress, signal }: CompileOptions & { readonly packages: Asked },
): Promise<CompileEnvironment> {
  if (declared === undefined) return { kind: 'base', because: 'nothing-declared', missing: [], message: '' };
  let missing: readonly string[] = [];
  try {
    const wanted = wantedSet(readDeclaredFile(declared));
    missing = [...new Set(wanted.requirements.map(({ name }) => name))];
    if (missing.length === 0) return { kind: 'base', because: 'nothing-declared', missing, message: '' };
    if (!mayInstall(parts, place)) return outside(place, missing);
    const work = (own: AbortSignal): Promise<CompileEnvironment> => {
      return obtain(parts, place, { packages, wanted, onProgress, signal: own });
    };
    return (await parts.background.run(work, { deadlineMs, signal, onLate: giveBack })) ?? stillBuilding(missing);
  } catch (thrown) {
    const error = toBelljarError(thrown);
    if (signal?.aborted === true) throw error;
    return fallBack(error, { missing, from: declared.name });
  }
}

/** Nobody waits for it any more; what nobody holds can make room. */
function giveBack(late: CompileEnvironment): void {
  if (late.kind === 'environment') late.lease[Symbol.dispose]();
}

interface Obtaining {
  readonly packages: Asked;
  readonly wanted: WantedSet;
  readonly onProgress: CompileOptions['onProgress'];
  readonly signal: AbortSignal;
}

/** What the file says is what the workspace declares; while that is so, nothing is planned. */
async function obtain(
  parts: ChangeParts,
  place: Place,
  { packages, wanted, ...options }: Obtaining,
): Promise<CompileEnvironment> {
  const declaration = await parts.declarations.find(place.workspace);
  const { workspace } = place;
  const footing = await findFooting(parts, { workspace, before: declaration, now: {}, signal: options.signal });
  const { wish } = await standOn(footing, wanted);
  const isDeclared = declaration?.wish === wish && declaration.python === footing.python.version;
  if (!isDeclared) await packages.sync(wanted.requirements, options);
  const lease = await packages.lease(options);
  if (lease !== undefined) return { kind: 'environment', lease, isNew: lease.isNew || !isDeclared };
  throw new BelljarError('ENVIRONMENT_MISSING', 'somebody took back what was declared');
}

/** @throws WISH_INVALID with all problems. */
function readDeclaredFile({ name, content }: DeclaredFile): readonly WishRequirement[] {
  if (content.length > maxWishBytes) {
    throw new BelljarError('WISH_INVALID', `${name} is larger than ${maxWishBytes} bytes`);
  }
  const read = basename(name) === 'pyproject.toml' ? readPyproject : readRequirementsText;
  return requireSound(read(content, { from: name }));
}

/** By role and policy; nobody is asked and nothing is put on the record for a page that a stranger looks at. */
function mayInstall({ currentPolicy }: ChangeParts, { actor, role }: Place): boolean {
  return decideAction({ policy: currentPolicy().policy, actor, role, action: 'install' }).verdict !== 'deny';
}

function outside({ role }: Place, missing: readonly string[]): BaseInterpreter {
  const message = `compiled without ${list(missing)}: packages are there for the owner and collaborators, not for a ${role}`;
  return { kind: 'base', because: 'not-a-member', missing, message };
}

function stillBuilding(missing: readonly string[]): BaseInterpreter {
  const message = `compiled without ${list(missing)}: they are still being made ready; compile again in a moment`;
  return { kind: 'base', because: 'still-building', missing, message };
}

function fallBack(
  error: BelljarError,
  { missing, from }: { missing: readonly string[]; from: string },
): BaseInterpreter {
  const isRefused = error.code === 'POLICY_DENIED' || error.code === 'APPROVAL_NEEDED';
  const without = missing.length === 0 ? `what ${from} declares` : list(missing);
  const message = `compiled without ${without}: ${error.message}`;
  return { kind: 'base', because: isRefused ? 'refused' : 'failed', missing, message, error };
}

const mostNamed = 10;

function list(names: readonly string[]): string {
  const more = names.length - mostNamed;
  return `${names.slice(0, mostNamed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
