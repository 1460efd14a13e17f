import type { BuildProgress, EnvironmentLease } from '../environments/index.ts';
import { BelljarError } from '../errors.ts';
import type { AnsweredPlan, PlanRequest } from '../packages/index.ts';
import { decideAction } from '../policy/index.ts';
import {
  askedNow,
  change,
  type ChangeOptions,
  type ChangeParts,
  type ChangeResult,
  type Place,
  presentSet,
} from './change.ts';
import type { Adopted, AdoptedSet } from './adopt.ts';
import type { BareInterpreter } from './bare-interpreter.ts';
import type { Background } from '../background.ts';
import type { CompileEnvironment, CompileOptions } from './compile-environment.ts';
import type { KeptState, RollbackOptions } from './roll-back.ts';
import type { ChangeKind, Declaration, PastDeclaration } from './declaration.ts';
import { findFooting, standOn } from './footing.ts';
import { requireAction } from './require-action.ts';
import { keptPython } from './workspace-python.ts';
import type * as Reading from './requirements.ts';
import type { Requirements, WantedSet } from './requirements.ts';

export interface LeaseOptions {
  readonly onProgress?: ((progress: BuildProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface PackagesParts extends ChangeParts {
  /** For what goes on without whoever began it. */
  readonly background: Background;
}

/** The packages of one workspace, as one actor may change them. */
export class WorkspacePackages {
  readonly #parts: PackagesParts;
  readonly #place: Place;

  constructor(parts: PackagesParts, place: Place) {
    this.#parts = parts;
    this.#place = place;
  }

  /**
   * Declares more: the whole declared set is planned and judged, built, and attached in the place of what was there. What
   * fails leaves the workspace as it was.
   *
   * @example
   * const { declaration } = await workspace.packages.install(['pandas>=2'], { review: ({ verdict }) => verdict === 'allow' });
   * @throws WISH_INVALID, POLICY_DENIED, APPROVAL_NEEDED, what planning and building throw, CANCELLED.
   */
  async install(requirements: Requirements, options: ChangeOptions = {}): Promise<ChangeResult> {
    const { withRequirements } = await readers();
    return this.#change('install', options, (declared) => withRequirements(declared, requirements));
  }

  /** Declares less, by name. @throws USAGE for what is not declared, and what install() throws. */
  async uninstall(names: readonly string[], options: ChangeOptions = {}): Promise<ChangeResult> {
    const { withoutProjects } = await readers();
    return this.#change('uninstall', options, (declared) => withoutProjects(declared, names));
  }

  /** Looks for newer versions of all that is declared. @throws what install() throws. */
  async upgrade(options: ChangeOptions = {}): Promise<ChangeResult> {
    const { readRequirements, wantedSet } = await readers();
    return this.#change('upgrade', options, (declared) => wantedSet(readRequirements(declared)));
  }

  /** Declares exactly this, as it stands in a file. @throws what install() throws. */
  async sync(requirements: Requirements, options: ChangeOptions = {}): Promise<ChangeResult> {
    const { readRequirements, wantedSet } = await readers();
    const wanted = wantedSet(readRequirements(requirements));
    return this.#change('sync', options, () => wanted);
  }

  /**
   * What install() would come to, or what is declared where nothing is asked for; nothing is changed.
   *
   * @throws USAGE where there is nothing to plan, and what Packages.plan() throws.
   */
  async plan(requirements: Requirements = [], { onPlanning, ...options }: PlanOptions = {}): Promise<AnsweredPlan> {
    await requireAction(this.#parts, this.#place, 'view');
    const { withRequirements } = await readers();
    const { packages, declarations } = this.#parts;
    const before = await declarations.find(this.#place.workspace);
    const now = askedNow(options);
    const footing = await findFooting(this.#parts, { ...this.#place, before, now, signal: options.signal });
    const wanted = await standOn(footing, withRequirements(before?.requirements ?? [], requirements));
    if (wanted.requirements.length === 0) throw nothingDeclared(this.#place.workspace);
    const present = await presentSet(packages, before);
    const { base: _base, ...how } = options;
    const what = { requirements: wanted.requirements, python: footing.python, present, onProgress: onPlanning };
    return packages.plan({ ...this.#place, ...how, ...what });
  }

  /**
   * Goes back to what was declared before, with the versions of that time: to a number of the history, else to the state
   * before this one. It is judged as it is today; `review` sees what changes.
   *
   * @throws USAGE where there is no such state, LOCK_UNKNOWN, and what install() throws.
   */
  async rollback(to?: number, options: RollbackOptions = {}): Promise<ChangeResult> {
    const { rollBack } = await import('./roll-back.ts');
    const acquire = (kept: KeptState): Promise<EnvironmentLease> => this.#acquire(kept, options);
    return rollBack(this.#parts, this.#place, { ...options, to, acquire });
  }

  /**
   * Brings about what a workspace from elsewhere declares, for one that declares nothing yet; nothing is attached before
   * that is asked for. Undefined where the review said no.
   *
   * @throws what install() throws, and LOCK_UNUSABLE.
   */
  async adopt(set: AdoptedSet, options: ChangeOptions = {}): Promise<Adopted | undefined> {
    const { adopt } = await import('./adopt.ts');
    return adopt(this.#parts, this.#place, { ...set, ...options });
  }

  /** What is declared; undefined where nothing ever was. @throws POLICY_DENIED */
  async show(): Promise<Declaration | undefined> {
    await requireAction(this.#parts, this.#place, 'view');
    return this.#parts.declarations.find(this.#place.workspace);
  }

  /** Every state there was, the newest first. @throws POLICY_DENIED */
  async history(): Promise<PastDeclaration[]> {
    await requireAction(this.#parts, this.#place, 'view');
    return this.#parts.declarations.history(this.#place.workspace);
  }

  /**
   * The environment of what is declared, judged as it is today, and built again where it had to make room; undefined where
   * nothing is declared, and the installation has no base for all.
   *
   * @throws POLICY_DENIED, APPROVAL_NEEDED, ENVIRONMENT_MISSING where its Python is gone, and what building throws.
   */
  async lease({ signal, onProgress }: LeaseOptions = {}): Promise<EnvironmentLease | undefined> {
    const { workspace } = this.#place;
    const declaration =
      (await this.#parts.declarations.find(workspace)) ?? (await this.#adoptBase({ signal, onProgress }));
    const lock = declaration?.lock ?? null;
    if (declaration === undefined || lock === null) return undefined;
    return this.#acquire({ ...declaration, lock }, { signal, onProgress });
  }

  /**
   * What a project is compiled with that is kept in this workspace: the environment that its requirements file asks for, or
   * the base interpreter and why.
   *
   * @example
   * const declared = await findDeclaredFile(projectFolder);
   * const compile = await workspace.packages.compileEnvironment({ declared, deadlineMs: 20_000 });
   * if (compile.kind === 'base') showBanner(compile.message);
   * @throws CANCELLED
   */
  async compileEnvironment(options: CompileOptions): Promise<CompileEnvironment> {
    const { compileEnvironment } = await import('./compile-environment.ts');
    return compileEnvironment(this.#parts, this.#place, { ...options, packages: this });
  }

  /**
   * The environment's own Python, to be started on the host without any glass: only where the operator's policy says so.
   * Nothing keeps the environment for whoever starts it but a pin.
   *
   * @example
   * const { python } = await workspace.packages.bareInterpreter();
   * @throws POLICY_DENIED, APPROVAL_NEEDED, USAGE where nothing is declared, PYTHON_NOT_FOUND where it is no Python of the
   * host, and what lease() throws.
   */
  async bareInterpreter(options: LeaseOptions = {}): Promise<BareInterpreter> {
    const { bareInterpreter } = await import('./bare-interpreter.ts');
    return bareInterpreter(this.#parts, this.#place, () => this.lease(options));
  }

  /** What the installation has for all becomes what this workspace has, once somebody comes who may install. */
  async #adoptBase({ signal, onProgress }: LeaseOptions): Promise<Declaration | undefined> {
    const { readBases, currentPolicy } = this.#parts;
    const { actor, role } = this.#place;
    const { verdict } = decideAction({ policy: currentPolicy().policy, actor, role, action: 'install' });
    if (verdict === 'deny' || (await readBases()).base === undefined) return undefined;
    const { readRequirements, wantedSet } = await readers();
    const keep = (declared: readonly string[]): WantedSet => wantedSet(readRequirements(declared));
    return (await this.#change('sync', { signal, onProgress }, keep)).declaration;
  }

  async #acquire({ lock, owner, ...kept }: KeptState, { signal, onProgress }: LeaseOptions): Promise<EnvironmentLease> {
    const { pythons, environments } = this.#parts;
    const python = await keptPython(pythons, { kept, workspace: this.#place.workspace, signal });
    return environments.acquire({ lock, asker: this.#place, python, owner, signal, onProgress });
  }

  #change(
    kind: ChangeKind,
    options: ChangeOptions,
    want: (declared: readonly string[]) => WantedSet,
  ): Promise<ChangeResult> {
    return change(this.#parts, this.#place, { ...options, kind, want });
  }
}

type PlanOptions = Pick<ChangeOptions, 'python' | 'base' | 'mayBuild' | 'pythonNeeds' | 'onPlanning' | 'signal'> & {
  readonly upgrade?: boolean | undefined;
  readonly target?: PlanRequest['target'];
};

/** Behind them stands all that plans, which a run does not need. */
async function readers(): Promise<typeof Reading> {
  return import('./requirements.ts');
}

function nothingDeclared(workspace: string): BelljarError {
  return new BelljarError('USAGE', `“${workspace}” declares nothing`, {
    hint: 'Name a requirement, such as “pandas>=2”, or a file with -r.',
  });
}
