import { BelljarError, toBelljarError } from './errors.ts';
import type { EnvironmentLease } from './environments/index.ts';
import type { ExportOptions, ImportOptions, ImportResult, OpenBundle, OpenedStores } from './exports/index.ts';
import type { Packages } from './packages/packages.ts';
import { decideAction } from './policy/index.ts';
import type { Program, Programs, StartProgram } from './programs/index.ts';
import {
  type Asker,
  type Session,
  type Sessions,
  type StateReport,
  type WorkspaceSessionOptions,
  readAsker,
  readWorkspaceOpening,
} from './sessions/index.ts';
import {
  Background,
  type Asked,
  findFooting,
  type Footing,
  type PackagesParts,
  type Declaration,
  Declarations,
  type Place,
  requireAction,
  WorkspacePackages,
} from './workspace-packages/index.ts';
import type { Database } from './storage/index.ts';

export interface WokenSession {
  readonly session: Session;
  /** What came back, and what did not, with why; undefined where nothing was saved, so that it begins anew. */
  readonly report: StateReport | undefined;
}

export type WorkspaceProgramOptions = Omit<StartProgram, 'actor' | 'role' | 'workspace'>;

export interface StartedProgram {
  readonly program: Program;
  /** Why it is without the packages that the workspace declares; undefined where it has them, or none are declared. */
  readonly remark: string | undefined;
}

export interface WorkspacesParts extends Omit<PackagesParts, 'declarations' | 'background' | 'onChanged'> {
  readonly sessions: Sessions;
  readonly packages: Packages;
  readonly environments: PackagesParts['environments'] & { stores(): Promise<OpenedStores> };
  readonly programs: Programs;
  readonly database: Database;
}

interface WorkspaceParts extends PackagesParts {
  readonly sessions: Sessions;
  readonly packages: Packages;
  readonly environments: PackagesParts['environments'] & { stores(): Promise<OpenedStores> };
  readonly programs: Programs;
}

/** The workspaces of this installation, by name. */
export class Workspaces implements AsyncDisposable {
  readonly #parts: WorkspaceParts;

  constructor({ database, ...parts }: WorkspacesParts) {
    const { record, sessions } = parts;
    this.#parts = {
      ...parts,
      declarations: new Declarations({ database, record }),
      background: new Background(),
      onChanged: (workspace, environment) => sessions.environmentChanged(workspace, environment),
    };
  }

  /**
   * A workspace as an actor sees it. Its files are made when its first session wants them.
   *
   * @example
   * const workspace = belljar.workspaces.use('notebook-1', { actor: { id: 'user-1', kind: 'user' }, role: 'owner' });
   * @throws USAGE where the name is none, or the asker none.
   */
  use(name: string, asker: Asker): Workspace {
    if (name === '') throw new BelljarError('USAGE', 'a workspace needs a name');
    return new Workspace({ ...readAsker(asker), workspace: name }, this.#parts);
  }

  /** What workspaces declare, those changed last first. */
  async list(): Promise<Declaration[]> {
    return this.#parts.declarations.list();
  }

  /**
   * What a workspace of which nothing is known yet would stand on, with a Python and a base as they are asked for.
   *
   * @throws USAGE where no preset has the name, SETTINGS_INVALID, PYTHON_NOT_FOUND.
   */
  async findFooting(asked: Asked = {}): Promise<Footing> {
    return findFooting(this.#parts, { workspace: '', before: undefined, now: asked });
  }

  /**
   * Makes a workspace of what another installation exported. Nothing in it is believed: its packages are judged by the
   * policy of here and come from the indexes of here, and all of it is there afterwards, or nothing.
   *
   * @example
   * const { isSameTree } = await belljar.workspaces.import(() => createReadStream('notebook-1.tar'), { actor, role: 'owner' });
   * @throws BUNDLE_INVALID, WORKSPACE_EXISTS, LOCK_UNUSABLE, POLICY_DENIED, APPROVAL_NEEDED, and what planning, building and
   * opening a session throw.
   */
  async import(bundle: OpenBundle, { actor, role, ...options }: Asker & ImportOptions): Promise<ImportResult> {
    const { importWorkspace } = await import('./exports/index.ts');
    const openPackages = (place: Place): WorkspacePackages => new WorkspacePackages(this.#parts, place);
    return importWorkspace({ ...this.#parts, openPackages }, bundle, { ...options, ...readAsker({ actor, role }) });
  }

  /** Ends what still goes on for nobody. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.background[Symbol.asyncDispose]();
  }
}

/** Owns files, what it declares, and sessions: a notebook, a document project, an agent's skill. */
export class Workspace {
  readonly name: string;
  /** What it declares, and what is done with it. */
  readonly packages: WorkspacePackages;
  readonly #place: Place;
  readonly #parts: WorkspaceParts;

  constructor(place: Place, parts: WorkspaceParts) {
    this.name = place.workspace;
    this.packages = new WorkspacePackages(parts, place);
    this.#place = place;
    this.#parts = parts;
  }

  /**
   * Opens a session on the workspace's files, with the environment of what it declares. Whoever may not install gets the
   * base interpreter, and the session's first event says so; `environment: null` asks for that.
   *
   * @throws USAGE, POLICY_DENIED where the policy says no, APPROVAL_NEEDED, WORKSPACE_UNUSABLE, what building an environment
   * throws that had to make room, and what a launch throws.
   */
  async openSession(options: WorkspaceSessionOptions = {}): Promise<Session> {
    const { environment, ...read } = readWorkspaceOpening(options);
    const { sessions } = this.#parts;
    const place = this.#place;
    if (environment !== undefined) return sessions.open({ ...read, ...place, environment });
    using found = await this.#leaseOrNot(read);
    const session = await sessions.open({ ...read, ...place, environment: found.lease?.environment.key });
    if (found.without !== undefined) session.tellEnvironment(null, found.without);
    return session;
  }

  /**
   * Starts a command on the workspace's files, with the environment of what it declares. Whoever may not install gets the
   * base interpreter, and is told so; `environment: null` asks for that.
   *
   * @example
   * const { program } = await workspace.startProgram({ argv: ['quarto', 'render', 'report.qmd'] });
   * const { outcome } = await program.ended;
   * @throws what openSession() throws.
   */
  async startProgram({ environment, ...options }: WorkspaceProgramOptions): Promise<StartedProgram> {
    const { programs } = this.#parts;
    const place = this.#place;
    if (environment !== undefined) {
      return { program: await programs.start({ ...options, ...place, environment }), remark: undefined };
    }
    using found = await this.#leaseOrNot(options);
    const program = await programs.start({ ...options, ...place, environment: found.lease?.environment.key });
    return { program, remark: found.without };
  }

  /**
   * Forgets what it declares, and the history of that; its files and its sessions stay.
   *
   * @throws POLICY_DENIED
   */
  async remove(): Promise<boolean> {
    await requireAction(this.#parts, this.#place, 'manage-workspace');
    const { actor, role } = this.#place;
    const { hash: policyHash } = this.#parts.currentPolicy();
    return this.#parts.declarations.remove({ workspace: this.name, actor: { ...actor, role }, policyHash });
  }

  /**
   * All of it as one archive that another installation can make the same workspace of; see docs/exports.md. Nothing is done
   * before the first piece is wanted.
   *
   * @example
   * await pipeline(workspace.export(), createWriteStream('notebook-1.tar'));
   * @throws POLICY_DENIED, FILE_REFUSED where its files change meanwhile, CANCELLED, and what opening a session throws.
   */
  async *export(options: ExportOptions = {}): AsyncGenerator<Uint8Array> {
    const { exportWorkspace } = await import('./exports/index.ts');
    const openStores = (): Promise<OpenedStores> => this.#parts.environments.stores();
    yield* exportWorkspace({ ...this.#parts, openStores }, this.#place, options);
  }

  /**
   * Opens a session with the names that one of this workspace had when it was put to sleep.
   *
   * @throws what openSession() throws.
   */
  async wakeSession(options: WorkspaceSessionOptions = {}): Promise<WokenSession> {
    const session = await this.openSession(options);
    try {
      return { session, report: await session.restoreState({ signal: options.signal }) };
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  #mayInstall(): boolean {
    const { actor, role } = this.#place;
    const { policy } = this.#parts.currentPolicy();
    return decideAction({ policy, actor, role, action: 'install' }).verdict !== 'deny';
  }

  /** The environment that it has, or why a session begins without. */
  async #leaseOrNot({ signal }: Pick<WorkspaceSessionOptions, 'signal'>): Promise<Found> {
    const kept = this.#mayInstall() ? undefined : await this.#parts.declarations.find(this.name);
    if (kept !== undefined && kept.environment !== null) return foundNothing(describeBase(kept));
    try {
      const lease = await this.packages.lease({ signal });
      return { lease, [Symbol.dispose]: () => lease?.[Symbol.dispose]() };
    } catch (thrown) {
      const error = toBelljarError(thrown);
      // What the installation would have given to everybody is no reason for anybody not to begin.
      if (error.code === 'CANCELLED' || (await this.#parts.declarations.find(this.name)) !== undefined) throw error;
      return foundNothing(`without the packages that the installation gives to every workspace: ${error.message}`);
    }
  }
}

interface Found extends Disposable {
  readonly lease?: EnvironmentLease | undefined;
  /** For a person; left out where nothing is missing. */
  readonly without?: string;
}

function foundNothing(without: string): Found {
  return { without, [Symbol.dispose]: () => undefined };
}

function describeBase({ requirements }: Declaration): string {
  return `without the packages that the workspace declares (${requirements.join(', ')}): they are for its members`;
}
