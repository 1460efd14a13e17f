import { z } from 'zod';

import { toBelljarError } from './errors.ts';
import type { EnvironmentLease } from './environments/index.ts';
import type { ExportOptions, ImportOptions, ImportResult, OpenBundle, OpenedStores } from './exports/index.ts';
import type { Packages } from './packages/packages.ts';
import { optionsReader } from './options.ts';
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
  ChangesElsewhere,
  findFooting,
  type Footing,
  type PackagesParts,
  type Declaration,
  Declarations,
  type Place,
  requireAction,
  WorkspacePackages,
} from './workspace-packages/index.ts';
import type { WorkspaceFiles } from './sandbox/index.ts';
import type { Database } from './storage/index.ts';
import { checkWorkspaceName } from './workspace-name.ts';
import type { Verdict } from './words.ts';

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
  readonly files: WorkspaceFiles;
}

interface WorkspaceParts extends PackagesParts {
  readonly sessions: Sessions;
  readonly packages: Packages;
  readonly environments: PackagesParts['environments'] & { stores(): Promise<OpenedStores> };
  readonly programs: Programs;
  readonly files: WorkspaceFiles;
  readonly elsewhere: ChangesElsewhere;
}

/** A workspace as a list of all has it. */
export interface WorkspaceSummary {
  readonly name: string;
  /** Undefined where it has files alone. */
  readonly declaration: Declaration | undefined;
  /** What its files take on the disk; null where it has none, undefined where they cannot be measured. */
  readonly filesBytes: number | null | undefined;
}

export interface RemoveOptions {
  /** Removes the files too, for good. */
  readonly files?: boolean | undefined;
}

export interface Removal {
  /** Whether it had declared something. */
  readonly isRemoved: boolean;
  /** Whether there were files that are gone now. */
  readonly hadFiles: boolean;
}

const readRemoveOptions = optionsReader<RemoveOptions>('remove()', { files: z.boolean().optional() });

/** The workspaces of this installation, by name. */
export class Workspaces implements AsyncDisposable {
  readonly #parts: WorkspaceParts;

  constructor({ database, ...parts }: WorkspacesParts) {
    const { record, sessions } = parts;
    const declarations = new Declarations({ database, record });
    const onChanged = (workspace: string, environment: string | null): void => {
      elsewhere.tell(workspace, environment);
      sessions.environmentChanged(workspace, environment);
    };
    const watched = (): Set<string> => sessions.workspacesInUse();
    const elsewhere = new ChangesElsewhere({ declarations, watched, onChanged });
    this.#parts = { ...parts, declarations, background: new Background(), elsewhere, onChanged };
  }

  /**
   * A workspace as an actor sees it. Its files are made when its first session wants them.
   *
   * @example
   * const workspace = belljar.workspaces.use('notebook-1', { actor: { id: 'user-1', kind: 'user' }, role: 'owner' });
   * @throws USAGE where the name is none, or the asker none.
   */
  use(name: string, asker: Asker): Workspace {
    return new Workspace({ ...readAsker(asker), workspace: checkWorkspaceName(name) }, this.#parts);
  }

  /** What workspaces declare, those changed last first. */
  async list(): Promise<Declaration[]> {
    return this.#parts.declarations.list();
  }

  /** All there are: those that declare something, changed last first, then those that have files alone. */
  async summarize(): Promise<WorkspaceSummary[]> {
    const { declarations, files } = this.#parts;
    const [declared, withFiles] = await Promise.all([declarations.list(), files.list()]);
    const known = new Map(declared.map((each) => [each.name, each]));
    const names = [...new Set([...known.keys(), ...withFiles])];
    return Promise.all(
      names.map(async (name) => {
        const filesBytes = withFiles.includes(name) ? await measure(files, name) : null;
        return { name, declaration: known.get(name), filesBytes };
      }),
    );
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
    await this.#parts.elsewhere.close();
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
   * Opens a session on the workspace's files, with the environment of what it declares. Whoever may not install, or has to
   * ask for that and nobody agreed, gets the base interpreter, and the session's first event says so; `environment: null`
   * asks for that.
   *
   * @throws USAGE, POLICY_DENIED where the policy says no, APPROVAL_NEEDED, WORKSPACE_UNUSABLE, what building an environment
   * throws that had to make room, and what a launch throws.
   */
  async openSession(options: WorkspaceSessionOptions = {}): Promise<Session> {
    const { environment, ...read } = readWorkspaceOpening(options);
    const { sessions, elsewhere } = this.#parts;
    const place = this.#place;
    if (environment !== undefined) return sessions.open({ ...read, ...place, environment });
    using found = await this.#leaseOrNot(read);
    const session = await sessions.open({ ...read, ...place, environment: found.lease?.environment.key });
    elsewhere.begin(this.name, found.environment);
    if (found.without !== undefined) session.tellEnvironment(null, found.without);
    return session;
  }

  /** What its files take on the disk, in bytes; null where it has none. @throws POLICY_DENIED, WORKSPACE_UNUSABLE */
  async filesBytes(): Promise<number | null> {
    await requireAction(this.#parts, this.#place, 'view');
    return (await this.#parts.files.measure(this.name)) ?? null;
  }

  /**
   * Starts a command on the workspace's files, with the environment of what it declares. Whoever may not install, or has to
   * ask for that and nobody agreed, gets the base interpreter, and is told so; `environment: null` asks for that.
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
   * Forgets what it declares, and the history of that, and with `files` removes those; sessions stay, and files with them.
   *
   * @throws POLICY_DENIED, WORKSPACE_UNUSABLE where the files are in use: then nothing is done.
   */
  async remove(options: RemoveOptions = {}): Promise<Removal> {
    const { files: withFiles = false } = readRemoveOptions(options);
    await requireAction(this.#parts, this.#place, 'manage-workspace');
    const { declarations, files, record, currentPolicy } = this.#parts;
    const { actor, role } = this.#place;
    const origin = { workspace: this.name, actor: { ...actor, role }, policyHash: currentPolicy().hash };
    const hadFiles = withFiles && (await files.remove(this.name));
    if (hadFiles) await record.append({ action: 'workspace.files.removed', ...origin });
    return { isRemoved: await declarations.remove(origin), hadFiles };
  }

  /**
   * All of it as one archive that another installation can make the same workspace of; see docs/exports.md. Nothing is done
   * before the first piece is wanted.
   *
   * @example
   * await pipeline(workspace.export(), createWriteStream('notebook-1.tar'));
   * @throws POLICY_DENIED, WORKSPACE_MISSING, FILE_REFUSED where its files change meanwhile, CANCELLED, and what opening a session throws.
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

  #installVerdict(): Verdict {
    const { actor, role } = this.#place;
    const { policy } = this.#parts.currentPolicy();
    return decideAction({ policy, actor, role, action: 'install' }).verdict;
  }

  /** The environment that it has, or why a session begins without. */
  async #leaseOrNot({ signal }: Pick<WorkspaceSessionOptions, 'signal'>): Promise<Found> {
    const { declarations } = this.#parts;
    const verdict = this.#installVerdict();
    const kept = verdict === 'deny' ? await declarations.find(this.name) : undefined;
    if (kept !== undefined && kept.environment !== null) return foundNothing(describeBase(kept), kept.environment);
    try {
      const lease = await this.packages.lease({ signal });
      const environment = lease?.environment.key ?? null;
      return { lease, environment, [Symbol.dispose]: () => lease?.[Symbol.dispose]() };
    } catch (thrown) {
      const error = toBelljarError(thrown);
      if (error.code === 'CANCELLED') throw error;
      const declared = await declarations.find(this.name);
      // What the installation would have given to everybody is no reason for anybody not to begin.
      if (declared === undefined) {
        return foundNothing(`without the packages that the installation gives to every workspace: ${error.message}`);
      }
      if (verdict === 'allow' || error.code !== 'APPROVAL_NEEDED') throw error;
      return foundNothing(describeUnagreed(declared), declared.environment);
    }
  }
}

interface Found extends Disposable {
  readonly lease?: EnvironmentLease | undefined;
  /** What the workspace has, whether or not this one gets it. */
  readonly environment: string | null;
  /** For a person; left out where nothing is missing. */
  readonly without?: string;
}

function foundNothing(without: string, environment: string | null = null): Found {
  return { without, environment, [Symbol.dispose]: () => undefined };
}

/** One that cannot be measured keeps nobody from a list of all. */
async function measure(files: WorkspaceFiles, name: string): Promise<number | null | undefined> {
  return files.measure(name).then(
    (bytes) => bytes ?? null,
    () => undefined,
  );
}

function describeBase({ requirements }: Declaration): string {
  return `without the packages that the workspace declares (${requirements.join(', ')}): they are for its members`;
}

function describeUnagreed({ requirements }: Declaration): string {
  const names = requirements.join(', ');
  return `without the packages that the workspace declares (${names}): an approver has to agree to them first`;
}
