import { randomUUID } from 'node:crypto';
import { basename, dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { canonicalJson } from '../canonical-json.ts';
import { environmentPath } from '../environments/inside.ts';
import type { Interpreter } from '../environments/index.ts';
import { BelljarError, refuseWhenCancelled } from '../errors.ts';
import { essentialCapabilities } from '../policy/index.ts';
import type { Backend, CapabilityName, Sandbox } from '../sandbox/index.ts';
import {
  Admission,
  type AdmissionParts,
  type Admitted,
  type Begun,
  type EgressSettings,
  admitEnvironment,
  type EnvironmentSource,
  type LaunchPlan,
  Networks,
  type Occupancy,
  RunJournal,
  type SessionNetwork,
  belljarClosed,
  describePlace,
  leaseEnvironment,
  openSandbox,
  planLaunch,
  workspaceFolder,
} from '../sessions/index.ts';
import { requireHoldable } from './guards.ts';
import { type ReadHostPrograms, showHostPrograms } from './host-programs.ts';
import { Program } from './program.ts';
import { type Command, ProgramLine } from './program-line.ts';
import type { ShownFolders } from './shown-folders.ts';
import { type StartProgram, readStartProgram } from './start-program.ts';

export interface ProgramsParts extends AdmissionParts {
  readonly backend: Backend;
  readonly interpreter: Interpreter;
  /** Where the environments are; the backend has to find their bundles. */
  readonly environments?: EnvironmentSource | undefined;
  /** The backend has to find their bundles. */
  readonly folders: Pick<ShownFolders, 'bundleOf'>;
  /** Programs of this machine that every command finds on its PATH. */
  readonly readHostPrograms?: ReadHostPrograms | undefined;
  readonly egress?: EgressSettings | undefined;
  /** Shared with sessions: a program takes as much of the machine as one of them. */
  readonly occupancy: Occupancy;
}

const readyTimeoutMs = 15_000;

/** The end of what it said is where it says why it failed. */
const maxQuotedCharacters = 2000;

/** Starts programs of any kind as the policy allows, and puts what it decides on the record. */
export class Programs {
  readonly #parts: ProgramsParts;
  readonly #admission: Admission;
  readonly #networks: Networks;
  readonly #starting = new Set<Promise<Program>>();
  readonly #running = new Set<Program>();
  #isClosed = false;

  constructor(parts: ProgramsParts) {
    this.#parts = parts;
    this.#admission = new Admission(parts);
    this.#networks = new Networks({ ...parts, settings: parts.egress ?? {} });
  }

  /**
   * Starts a command behind glass. What it does is a value: `ended` says how it ended, also where there is no such command.
   *
   * @example
   * const program = await belljar.programs.start({ actor, role: 'owner', argv: ['python', '-c', 'print(1)'] });
   * program.stdin.end();
   * for await (const piece of program.stdout) process.stdout.write(piece);
   * @throws USAGE, POLICY_DENIED, SESSIONS_EXHAUSTED, ENVIRONMENT_MISSING, and what a launch throws.
   */
  start(options: StartProgram): Promise<Program> {
    const starting = this.#startNow(options);
    this.#starting.add(starting);
    const settled = (): void => void this.#starting.delete(starting);
    starting.then(settled, settled);
    return starting;
  }

  /** Has the policy in force hold for what is under way. */
  policyChanged(): void {
    this.#networks.policyChanged();
  }

  /** Ends all programs; their ends are on the record. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#starting);
    await Promise.all([...this.#running].map((program) => program.close()));
  }

  async #startNow(asked: StartProgram): Promise<Program> {
    const options = readStartProgram(asked);
    const { workspace = null, environment = null } = options;
    if (this.#isClosed) throw belljarClosed();
    const toShow = await this.#findShown(options.shown);
    return this.#admission.admit({ ...options, subject: 'program' }, async (admitted) => {
      const { decision, origin } = admitted;
      requireHoldable(decision.guards);
      const { policyHash } = origin;
      await admitEnvironment(this.#parts.environments, environment, { ...options, workspace });
      const plan = planLaunch(decision, { workspace, environment, preload: [], policyHash });
      return this.#startPlanned(plan, admitted, { ...options, ...toShow });
    });
  }

  async #findShown(asked: readonly string[] = []): Promise<ToShow> {
    const { folders, readHostPrograms } = this.#parts;
    const ours = await showHostPrograms(readHostPrograms, folders);
    const theirs = await Promise.all(asked.map((folder) => folders.bundleOf(folder)));
    const bundles = [...new Set([...ours.bundles, ...theirs])];
    return { shown: [...new Set([...ours.folders, ...asked])], bundles, places: ours.places };
  }

  /** Undefined where another policy came into force meanwhile. */
  async #startPlanned(plan: LaunchPlan, admitted: Admitted, options: Planned): Promise<Program | undefined> {
    const { environments, interpreter, occupancy } = this.#parts;
    await using held = new AsyncDisposableStack();
    held.adopt(occupancy.enter(plan.workspace), (leave) => leave());
    const lease = await leaseEnvironment(environments, plan.environment);
    if (lease !== undefined) held.use(lease);
    const python = lease?.environment.python ?? interpreter;
    const over = Promise.withResolvers<undefined>();
    held.defer(() => over.resolve(undefined));
    const network = plan.hasNetwork ? this.#networks.open(admitted.origin, over.promise) : undefined;
    const sandbox = await this.#launch(plan, { ...options, python, network });
    let program: Program | undefined;
    const bound = { maxBytes: plan.limits.outputBytes, onExceeded: () => program?.printedTooMuch() };
    const line = new ProgramLine(sandbox, bound);
    try {
      await becomeReady(line, sandbox, options.signal);
      if (this.#isClosed) throw belljarClosed();
      if (!this.#admission.isInForce(plan.policyHash)) return undefined;
      const command = describeCommand(options, plan, python);
      const journal = this.#openJournal(plan, admitted, { sandbox, version: python.version });
      const run = randomUUID();
      await journal.begin(run, describeForRecord(command, options));
      const whileItLives = held.move();
      program = new Program({
        ...{ sandbox, line, command, limits: plan.limits, isLasting: options.isLasting === true },
        ...{ environment: plan.environment, notEnforced: findLacking(sandbox), signal: options.signal },
        onEnded: async (end) => {
          await network?.close();
          // Where it cannot be put on the record there is nobody left to tell, and nothing left to end.
          await journal.end(run, { ...end, outcome: { ...end.outcome }, cutBytes: 0 }).catch(() => undefined);
          await whileItLives.disposeAsync();
        },
      });
      this.#keep(program);
      await line.start(command);
      return program;
    } finally {
      if (program === undefined) {
        sandbox.kill('its start');
        await sandbox.exited;
      }
    }
  }

  #keep(program: Program): void {
    this.#running.add(program);
    void program.ended.finally(() => this.#running.delete(program));
  }

  #launch(plan: LaunchPlan, { python, network, bundles, signal }: Launching): Promise<Sandbox> {
    const { limits, require, guards, workspace, environment } = plan;
    return openSandbox(this.#parts.backend, {
      ...{ executable: python.executable, serves: 'command', limits, require, guards, bundles, signal },
      workspace: workspace ?? undefined,
      environment: environment ?? undefined,
      acceptEgress: network === undefined ? undefined : (connection) => network.accept(connection),
    });
  }

  #openJournal(plan: LaunchPlan, { origin }: Admitted, { sandbox, version }: Launched): RunJournal {
    const { record, backend } = this.#parts;
    const { limits, environment: environmentKey } = plan;
    const capabilities = sandbox.enforced;
    return new RunJournal({
      ...{ ...origin, record, environmentKey, python: version, backend: backend.name, capabilities, limits },
    });
  }
}

interface ToShow {
  readonly shown: readonly string[];
  readonly bundles: readonly string[];
  /** For PATH. */
  readonly places: readonly string[];
}

type Planned = StartProgram & ToShow;

interface Launching extends Pick<Planned, 'bundles' | 'signal'> {
  readonly python: Pick<Interpreter, 'executable'>;
  readonly network: SessionNetwork | undefined;
}

interface Launched {
  readonly sandbox: Sandbox;
  readonly version: string;
}

/** @throws SANDBOX_LAUNCH_FAILED where it does not, and says why; CANCELLED. */
async function becomeReady(line: ProgramLine, sandbox: Sandbox, signal: AbortSignal | undefined): Promise<void> {
  const stop = new AbortController();
  const either = signal === undefined ? stop.signal : AbortSignal.any([stop.signal, signal]);
  const tooLate = delay(readyTimeoutMs, undefined, { signal: either }).catch(() => undefined);
  try {
    const version = await Promise.race([line.ready, tooLate]);
    refuseWhenCancelled(signal);
    if (version !== undefined) return;
    sandbox.kill('its start');
    const [{ violation }, { diagnostics }] = await Promise.all([line.ended, sandbox.exited]);
    const said = violation ?? diagnostics.trim().slice(-maxQuotedCharacters);
    throw new BelljarError(
      'SANDBOX_LAUNCH_FAILED',
      `the sandbox did not become ready${said === '' ? '' : `: ${said}`}`,
    );
  } finally {
    stop.abort();
  }
}

/** As a shell has it in which the environment was activated; Quarto asks for its Python by a name of its own. */
function describeCommand(options: Planned, plan: LaunchPlan, python: Pick<Interpreter, 'executable'>): Command {
  const { argv, env, places, workingDirectory = workspaceFolder } = options;
  const { environment } = plan;
  const quartoPython = environment === null ? python.executable : `${environmentPath}/bin/python`;
  const folders = [...(environment === null ? [dirname(python.executable)] : []), ...places];
  const place = describePlace(environment ?? undefined, folders);
  return { argv, workingDirectory, env: { ...place, QUARTO_PYTHON: quartoPython, ...env } };
}

/** The words of a command may be secrets: they are told by their digests. */
function describeForRecord({ argv }: Command, { env = {}, workingDirectory, shown = [] }: StartProgram): Begun {
  const file = basename(argv[0]).slice(0, 200).toWellFormed();
  return {
    file,
    code: canonicalJson([...argv]),
    inputs: canonicalJson({ env, workingDirectory: workingDirectory ?? null }),
    shown,
  };
}

function findLacking({ enforced }: Sandbox): readonly CapabilityName[] {
  return essentialCapabilities.filter((name) => !enforced.includes(name));
}
