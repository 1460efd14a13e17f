import { z } from 'zod';

import { findInterpreter } from './environments/interpreter.ts';
import { BelljarError } from './errors.ts';
import { HomeEnvironments } from './home-environments.ts';
import { LivePolicy } from './live-policy/index.ts';
import { nearestOf } from './nearest.ts';
import { optionsReader, signalOption } from './options.ts';
import { type RunLimits } from './policy/index.ts';
import { Packages } from './packages/packages.ts';
import { type AuditRecord, type Draft, type HomeRecord, openHomeRecord } from './record/index.ts';
import { Programs, type ReadHostPrograms, ShownFolders } from './programs/index.ts';
import type { ProofReport, ProveOptions } from './proof/index.ts';
import { type FindBundle, ProcessBackend } from './sandbox/index.ts';
import {
  Sessions,
  type SessionsOptions,
  compileRunner,
  describeBundles,
  readSessionsOptions,
} from './sessions/index.ts';
import { readSettings, type Settings } from './settings/index.ts';
import { cacheFolder, ensureHome, resolveHome, volumesFolder } from './storage/index.ts';
import { type Role, roleNames } from './words.ts';
import type { BaseSettings, WorkspacePythons } from './workspace-packages/index.ts';
import { Workspaces } from './workspaces.ts';
import { formatProblem } from './yaml/index.ts';

export { BelljarError, type ErrorCode, errorTable } from './errors.ts';
export type { Actor } from './policy/index.ts';
export { formatBytes, parseByteSize, parseDurationMs } from './units.ts';
export type { Role } from './words.ts';
export type { CaseReport, ProofReport, ProveOptions } from './proof/index.ts';
export {
  addGateClient,
  findHomeGates,
  type HomeGate,
  listGateClients,
  openHomeGate,
  type OpenGateOptions,
  removeGateClient,
} from './gates.ts';
export type { Refusal } from './packages/index.ts';
export { type InspectOptions, type MachineReport, inspectMachine } from './inspect.ts';
export {
  type BackendReport,
  type CapabilityReport,
  type SetupOptions,
  type SetupReport,
  describeFilter,
  setUpUser,
} from './sandbox/index.ts';
export {
  type CellPlace,
  type CellReport,
  type Notebook,
  type NotebookResult,
  type NotebookRunOptions,
  type Parameters,
  parseParameter,
  parseParametersFile,
  readNotebook,
  runNotebook,
  setParameters,
  writeNotebook,
} from './notebooks/index.ts';
export type {
  EnvironmentExportOptions,
  ExportOptions,
  ImportOptions,
  ImportResult,
  OpenBundle,
} from './exports/index.ts';
export type { EnvironmentLease } from './environments/index.ts';
export type { AnsweredPlan, Approval, Plan, PlannedPackage, PlanProgress, PlanRequest } from './packages/index.ts';
export {
  describeProgramEnd,
  Program,
  type ProgramEnd,
  programExitCode,
  type ProgramOutcome,
  Programs,
  type StartProgram,
} from './programs/index.ts';
export {
  type AskOptions,
  type Asker,
  CellRun,
  type CellOptions,
  type Completion,
  type Evaluation,
  type FileEntry,
  type InputQuestion,
  type Artifact,
  SessionFiles,
  type Inspection,
  type MimeBundle,
  type OpenSessionOptions,
  type PackageCandidate,
  type PoolOptions,
  type PoolReport,
  type RunEvent,
  type RunOutcome,
  type RunRequest,
  type RunResult,
  type Session,
  type SessionsOptions,
  type SessionEnd,
  type SessionEvent,
  type WorkspaceSessionOptions,
  describeOutcome,
  exitCodeOf,
} from './sessions/index.ts';

export {
  type BareInterpreter,
  type BaseInterpreter,
  type ChangeKind,
  type ChangeOptions,
  type ChangeResult,
  type CompileEnvironment,
  type CompileOptions,
  type Declaration,
  type DeclaredFile,
  declaredFileNames,
  findDeclaredFile,
  type PastDeclaration,
  WorkspacePackages,
} from './workspace-packages/index.ts';
export {
  type Removal,
  type RemoveOptions,
  type StartedProgram,
  type WokenSession,
  Workspace,
  type WorkspaceProgramOptions,
  Workspaces,
  type WorkspaceSummary,
} from './workspaces.ts';

export type RequestedLimits = Partial<RunLimits>;

export interface OpenOptions {
  /** Where BELLJAR_HOME, BELLJAR_POLICY and BELLJAR_PYTHON are looked up; the process's own where left out. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly home?: string | undefined;
  readonly policyFile?: string | undefined;
  readonly python?: string | undefined;
  /** How many sessions there may be at once, for how long unused, and how many are kept warm. */
  readonly sessions?: SessionsOptions | undefined;
  readonly signal?: AbortSignal | undefined;
}

const readOpenOptions = optionsReader<OpenOptions>('openBelljar()', {
  env: z.custom<NodeJS.ProcessEnv>((value) => typeof value === 'object' && value !== null).optional(),
  home: z.string().optional(),
  policyFile: z.string().optional(),
  python: z.string().optional(),
  sessions: z.custom<SessionsOptions>().transform(readSessionsOptions).optional(),
  signal: signalOption,
});

interface BelljarParts {
  readonly home: string;
  readonly pythonVersion: string;
  readonly homeRecord: HomeRecord;
  readonly policy: LivePolicy;
  readonly sessions: Sessions;
  readonly programs: Programs;
  readonly packages: Packages;
  readonly environments: HomeEnvironments;
  readonly workspaces: Workspaces;
  readonly opened: AsyncDisposableStack;
}

/**
 * Belljar in this process, on the local store.
 *
 * @example
 * await using belljar = await openBelljar();
 * const workspace = belljar.workspaces.use('notebook-1', { actor: { id: 'user-1', kind: 'user' }, role: 'owner' });
 * await using session = await workspace.openSession();
 * for await (const event of session.run('6 * 7')) console.log(event);
 */
export class Belljar implements AsyncDisposable {
  readonly home: string;
  /** Of the Python that runs inside. */
  readonly pythonVersion: string;
  readonly record: AuditRecord;
  readonly policy: LivePolicy;
  readonly sessions: Sessions;
  readonly programs: Programs;
  readonly workspaces: Workspaces;
  readonly packages: Packages;
  readonly environments: HomeEnvironments;
  readonly #opened: AsyncDisposableStack;

  private constructor(parts: BelljarParts) {
    const { home, pythonVersion, homeRecord, policy, sessions, programs } = parts;
    const { packages, environments, workspaces, opened } = parts;
    this.home = home;
    this.pythonVersion = pythonVersion;
    this.record = homeRecord.record;
    this.policy = policy;
    this.sessions = sessions;
    this.programs = programs;
    this.workspaces = workspaces;
    this.packages = packages;
    this.environments = environments;
    this.#opened = opened;
    policy.on('changed', ({ hash, source }, previous) => {
      sessions.policyChanged();
      programs.policyChanged();
      this.#note('policy.changed', { policyHash: hash, details: { source, previous: previous.hash } });
    });
    policy.on('broken', (problems) => {
      const details = { problems: problems.slice(0, 20).map(formatProblem) };
      this.#note('policy.broken', { policyHash: policy.current.hash, details });
    });
  }

  /** What Belljar itself noticed. Nobody waits for it; a record that cannot be written stops the next run instead. */
  #note(action: string, rest: Omit<Draft, 'action'>): void {
    this.record.append({ action, ...rest }).catch(() => undefined);
  }

  /**
   * Opens the home, making it where it is missing.
   *
   * @throws USAGE, HOME_UNUSABLE, POLICY_INVALID, PYTHON_NOT_FOUND and what the database throws.
   */
  static async open(asked: OpenOptions = {}): Promise<Belljar> {
    const options = readOpenOptions(asked);
    const { env = process.env, signal } = options;
    const home = await ensureHome(options.home ?? resolveHome(env));
    const cancellable = signal === undefined ? {} : { signal };
    const cache = cacheFolder(home);
    await using opened = new AsyncDisposableStack();
    const [interpreter, policy, homeRecord] = await allOrFirstFailure([
      findInterpreter({ named: options.python, env, cacheFolder: cache, ...cancellable }),
      LivePolicy.open({ file: options.policyFile, env, home }).then((live) => opened.use(live)),
      openHomeRecord(home, cancellable).then((record) => opened.use(record)),
    ]);
    const bundles = describeBundles(interpreter.parts, { runner: await compileRunner(interpreter, cache) });
    const currentPolicy = (): LivePolicy['current'] => policy.current;
    const packages = opened.use(
      new Packages({
        ...{ cacheFolder: cache, python: interpreter, env, currentPolicy, ...homeRecord },
        readSettings: async () => {
          const { indexes, gate } = await readSettings({ home, env });
          return { indexes, freshMs: gate.fresh };
        },
      }),
    );
    const readBuilt = async (): Promise<Settings['environments']> => (await readSettings({ home, env })).environments;
    const built = { python: interpreter, readSettings: readBuilt };
    const environments = opened.use(
      new HomeEnvironments({ home, env, ...built, packages, currentPolicy, ...homeRecord }),
    );
    const folders = new ShownFolders({ home });
    const findBundle: FindBundle = async (name) => (await folders.find(name)) ?? environments.findBundle(name);
    const backend = new ProcessBackend(bundles, { cacheFolder: cache, volumesFolder: volumesFolder(home), findBundle });
    const parts = { backend, interpreter, record: homeRecord.record, environments, currentPolicy };
    const { version: pythonVersion } = interpreter;
    const sessions = new Sessions({ ...options.sessions, ...parts, importNames: packages.knownModules });
    const readHostPrograms: ReadHostPrograms = async () => (await readSettings({ home, env })).programs;
    const programs = new Programs({ ...parts, folders, readHostPrograms, occupancy: sessions.occupancy });
    const pythons: WorkspacePythons = {
      own: interpreter,
      choose: async (wanted, cancel) => (await environments.pythons()).choose(wanted, cancel),
      chooseListed: async (wanted, cancel) => (await environments.pythons()).chooseListed(wanted, cancel),
      listInstalled: async (of, cancel) => (await environments.pythons()).listInstalled(of, cancel),
    };
    const readBases = async (): Promise<BaseSettings> => {
      const {
        presets,
        environments: { base },
      } = await readSettings({ home, env });
      return { presets, base };
    };
    const of = { ...homeRecord, files: backend.files, packages, environments, pythons, readBases, currentPolicy };
    const workspaces = opened.use(new Workspaces({ ...of, sessions, programs }));
    const made = { sessions, programs, packages, environments, workspaces };
    return new Belljar({ home, pythonVersion, policy, homeRecord, ...made, opened: opened.move() });
  }

  /** Ends all sessions and programs, then closes the record. */
  async close(): Promise<void> {
    await Promise.all([this.sessions.close(), this.programs.close()]);
    await this.#opened.disposeAsync();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Opens Belljar in this process; see Belljar.open(). */
export function openBelljar(options: OpenOptions = {}): Promise<Belljar> {
  return Belljar.open(options);
}

/**
 * Makes every attack behind glass and once more without the protection, and judges what was seen.
 *
 * @throws USAGE where nothing has that name; PYTHON_NOT_FOUND, SANDBOX_UNAVAILABLE, CANCELLED.
 */
export async function proveGlass(options: ProveOptions = {}): Promise<ProofReport> {
  // The attacks are many, and loaded by nobody else.
  return (await import('./proof/index.ts')).proveGlass(options);
}

/** Waits for all, so that what did open is known and can be closed when another failed. */
async function allOrFirstFailure<T extends readonly Promise<unknown>[]>(
  work: readonly [...T],
): Promise<{ [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

/** @throws USAGE with the nearest known one. */
export function parseRole(text: string): Role {
  const role = roleNames.find((name) => name === text);
  if (role !== undefined) return role;
  const nearest = nearestOf(text, roleNames);
  throw new BelljarError('USAGE', `there is no role “${text}”`, {
    hint: nearest === undefined ? `The roles are ${roleNames.join(', ')}.` : `Did you mean “${nearest}”?`,
  });
}
