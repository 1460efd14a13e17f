import { z } from 'zod';

import type { Interpreter } from '../environments/index.ts';
import { cancelled, refuseWhenCancelled } from '../errors.ts';
import { type Policy, decideRun } from '../policy/index.ts';
import { optionsReader, timeoutOption } from '../options.ts';
import type { AuditRecord } from '../record/index.ts';
import type { Backend } from '../sandbox/index.ts';
import { type OpenSessionOptions, findUnsupported, readOpening } from './admission.ts';
import { Admission } from './admit.ts';
import type { SessionFiles } from './files/index.ts';
import { FreshSession, type FreshSessionOptions } from './fresh-session.ts';
import type { ImportNames } from './missing/index.ts';
import { type JournalOrigin, RunJournal } from './journal.ts';
import { type LaunchPlan, newWorkspace, planLaunch } from './launch-plan.ts';
import { admitEnvironment, type EnvironmentSource, leaseEnvironment } from './lease-environment.ts';
import { type EgressSettings, Networks } from './network.ts';
import { Occupancy, type OccupancyLimits, defaultOccupancy } from './occupancy.ts';
import {
  type KeptPlan,
  Pool,
  type PoolOptions,
  type PoolReport,
  type Preset,
  poolSchema,
  readPoolOptions,
} from './pool/index.ts';
import { belljarClosed } from './session-closed.ts';
import type { Session } from './session.ts';

export interface SessionsOptions extends Partial<OccupancyLimits> {
  /** Keeps warm sessions, for programs that live long enough to hand them out; none where left out. */
  readonly pool?: PoolOptions | undefined;
  /** Ends a session that nobody wanted anything of for so long, where its opening says nothing else. */
  readonly idleTimeoutMs?: number | undefined;
}

const maxCount = z.int().nonnegative().optional();

/** @throws USAGE where there are others among them. */
export const readSessionsOptions = optionsReader<SessionsOptions>('the option “sessions”', {
  pool: poolSchema.optional(),
  idleTimeoutMs: timeoutOption,
  maxSessions: maxCount,
  maxSessionsPerWorkspace: maxCount,
});

export interface SessionsParts extends SessionsOptions {
  readonly backend: Backend;
  readonly interpreter: Interpreter;
  readonly record: AuditRecord;
  /** Asked at every opening, so that a changed policy holds from the next session on. */
  readonly currentPolicy: () => { readonly policy: Policy; readonly hash: string };
  /** What was learned of who brings which module, for code that misses one. */
  readonly importNames?: ImportNames | undefined;
  readonly egress?: EgressSettings;
  /** Where the environments of sessions are; the backend has to find their bundles. */
  readonly environments?: EnvironmentSource | undefined;
}

export type NewFiles = Pick<OpenSessionOptions, 'actor' | 'role' | 'signal'> & { readonly workspace: string };

interface Wanted {
  readonly signal?: AbortSignal | undefined;
  /** When the environment was made that was judged; undefined where none is wanted. */
  readonly made: string | undefined;
}

/** Opens sessions as the policy allows, and puts what it decides on the record. */
export class Sessions {
  /** How many there are, programs among them. */
  readonly occupancy: Occupancy;
  readonly #parts: SessionsParts;
  readonly #presets: readonly Preset[];
  readonly #pool: Pool | undefined;
  readonly #opening = new Set<Promise<Session>>();
  readonly #open = new Map<Session, LaunchPlan>();
  /** When the environments were made that they have. */
  readonly #made = new WeakMap<FreshSession, string>();
  readonly #admission: Admission;
  readonly #networks: Networks;
  #isClosed = false;

  /** @throws USAGE where the options of the pool are none. */
  constructor(parts: SessionsParts) {
    this.#parts = parts;
    this.#admission = new Admission(parts);
    this.#networks = new Networks({ ...parts, settings: parts.egress ?? {} });
    this.occupancy = new Occupancy({ ...defaultOccupancy, ...occupancyOf(parts) });
    const settings = parts.pool === undefined ? undefined : readPoolOptions(parts.pool);
    this.#presets = settings?.presets ?? [];
    if (settings === undefined) return;
    this.#pool = new Pool({ settings, launch: (plan, signal) => this.#launch(plan, { signal, isForLater: true }) });
    this.#pool.keepOnly(this.#planPresets());
  }

  /**
   * Opens a session for an actor.
   *
   * @throws USAGE, POLICY_DENIED where the policy says no, SESSIONS_EXHAUSTED, and what a launch throws.
   */
  open(options: OpenSessionOptions): Promise<Session> {
    const opening = this.#openNow(options);
    this.#opening.add(opening);
    const settled = (): void => void this.#opening.delete(opening);
    opening.then(settled, settled);
    return opening;
  }

  /** How the pool does; undefined where there is none. */
  get pool(): PoolReport | undefined {
    return this.#pool?.report();
  }

  /** Resolves when the pool has as many warm sessions as it can have now. */
  async poolFilled(): Promise<void> {
    await this.#pool?.filled();
  }

  /** Whether a workspace has files. @throws USAGE where it cannot be the name of one */
  hasFiles(workspace: string): Promise<boolean> {
    return this.#parts.backend.hasFiles(workspace);
  }

  /**
   * Makes the files of a workspace that has none: it gets all of them, or none. Resolves to whether it had none.
   *
   * @throws what open() throws, and what filling throws; nothing is left then.
   */
  async makeFiles(options: NewFiles, fill: (files: SessionFiles) => Promise<void>): Promise<boolean> {
    const { workspace } = options;
    if (await this.hasFiles(workspace)) return false;
    const leave = this.occupancy.enter(workspace);
    try {
      const fresh = await this.#launchNew(options);
      await using session = fresh.claim({});
      this.#open.set(session, fresh.plan);
      void session.ended.finally(() => this.#open.delete(session));
      await fill(session.files);
      return await fresh.giveFilesTo(workspace);
    } finally {
      leave();
    }
  }

  /** With files that are nobody's yet. */
  async #launchNew({ signal, ...asking }: NewFiles): Promise<FreshSession> {
    if (this.#isClosed) throw belljarClosed();
    return this.#admission.admit({ ...asking, subject: 'session' }, ({ decision, origin: { policyHash } }) => {
      const plan = planLaunch(decision, { workspace: newWorkspace, environment: null, preload: [], policyHash });
      return this.#launch(plan, { signal });
    });
  }

  /** Gives back the files of a workspace as far as only warm sessions hold them, so that they can be removed. */
  async releaseFiles(workspace: string): Promise<void> {
    await this.#pool?.dropWorkspace(workspace);
  }

  async #openNow(asked: OpenSessionOptions): Promise<Session> {
    const options = readOpening(asked);
    const { workspace = null, environment = null, preload = [] } = options;
    if (this.#isClosed) throw belljarClosed();
    return this.#admission.admit({ ...options, subject: 'session' }, async ({ decision, origin }) => {
      const { policyHash } = origin;
      const made = await admitEnvironment(this.#parts.environments, environment, { ...options, workspace });
      const plan = planLaunch(decision, { workspace, environment, preload, policyHash });
      return this.#openPlanned(plan, origin, { ...options, made });
    });
  }

  /** Has the policy in force hold for what is under way: connections that it no longer opens are ended. */
  policyChanged(): void {
    this.#networks.policyChanged();
    this.#pool?.dropAllBut(this.#parts.currentPolicy().hash);
    this.#pool?.keepOnly(this.#planPresets());
  }

  /** Tells the sessions of a workspace that the next one has another environment; they keep theirs. */
  environmentChanged(workspace: string, environment: string | null): void {
    const what = environment === null ? 'no packages' : 'other packages';
    const text = `the workspace has ${what} from its next session on; this one keeps those that it began with`;
    for (const [session, plan] of this.#open) {
      if (plan.workspace === workspace && plan.environment !== environment) session.tellEnvironment(environment, text);
    }
  }

  /** The workspaces that have open sessions. */
  workspacesInUse(): Set<string> {
    return new Set([...this.#open.values()].flatMap(({ workspace }) => workspace ?? []));
  }

  /** Ends all sessions; what ran has its end on the record. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#opening); // what is being launched is closed as soon as it is there
    await Promise.all([this.#pool?.close(), ...[...this.#open.keys()].map((session) => session.close('shutdown'))]);
  }

  async #openPlanned(
    plan: LaunchPlan,
    origin: JournalOrigin,
    options: OpenSessionOptions & Wanted,
  ): Promise<Session | undefined> {
    const leave = this.occupancy.enter(plan.workspace);
    try {
      const fresh = await this.#obtain(plan, options);
      if (!this.#admission.isInForce(plan.policyHash)) {
        await fresh.close();
        leave();
        return undefined;
      }
      const session = this.#claim(fresh, origin, options);
      this.#open.set(session, plan);
      void session.ended.finally(() => {
        this.#open.delete(session);
        leave();
      });
      if (!this.#isClosed) return session;
      await session.close();
      throw belljarClosed();
    } catch (error) {
      leave();
      throw error;
    }
  }

  async #obtain(plan: LaunchPlan, { signal, made }: Wanted): Promise<FreshSession> {
    if (this.#pool === undefined) return this.#launch(plan, { signal });
    const pool = this.#pool;
    return pool.whileWaitedFor(async () => {
      refuseWhenCancelled(signal);
      const warm = (await this.#takeWarm(plan, pool, made)) ?? (await this.#takeForNew(plan, pool, made));
      if (signal?.aborted !== true) return warm ?? (await this.#launch(plan, { signal }));
      await warm?.close();
      throw cancelled(signal);
    });
  }

  /** One whose environment was found not whole, and built anew since, is no use. */
  async #takeWarm(plan: LaunchPlan, pool: Pool, made: string | undefined): Promise<FreshSession | undefined> {
    for (;;) {
      const fresh = await pool.take(plan);
      if (fresh === undefined || this.#made.get(fresh) === made) return fresh;
      await fresh.close();
    }
  }

  /** A workspace that has no files yet takes over those that a warm session came with. */
  async #takeForNew(plan: LaunchPlan, pool: Pool, made: string | undefined): Promise<FreshSession | undefined> {
    const { workspace } = plan;
    if (workspace === null || (await this.#parts.backend.hasFiles(workspace))) return undefined;
    const fresh = await this.#takeWarm({ ...plan, workspace: newWorkspace }, pool, made);
    if (fresh === undefined || (await fresh.giveFilesTo(workspace))) return fresh;
    await fresh.close(); // somebody made the workspace in between
    return undefined;
  }

  async #launch(plan: LaunchPlan, options: FreshSessionOptions): Promise<FreshSession> {
    const { backend, interpreter, importNames } = this.#parts;
    using held = new DisposableStack();
    const lease = held.use(await leaseEnvironment(this.#parts.environments, plan.environment));
    const python = lease?.environment.python ?? interpreter;
    const fresh = await FreshSession.launch({ backend, python, importNames }, plan, options);
    if (lease !== undefined) this.#made.set(fresh, lease.environment.made);
    const whileItLives = held.move();
    void fresh.ended.finally(() => whileItLives.dispose());
    return fresh;
  }

  #claim(fresh: FreshSession, origin: JournalOrigin, options: OpenSessionOptions): Session {
    const { backend, record } = this.#parts;
    const { limits, environment, hasNetwork } = fresh.plan;
    const journal = new RunJournal({
      ...origin,
      record,
      environmentKey: environment,
      python: fresh.version,
      backend: backend.name,
      capabilities: fresh.enforced,
      limits,
    });
    const network = hasNetwork ? this.#networks.open(origin, fresh.ended) : undefined;
    const { idleTimeoutMs = this.#parts.idleTimeoutMs } = options;
    return fresh.claim({ journal, network, idleTimeoutMs });
  }

  /** What the presets come to under the policy in force; those that it denies are not kept. */
  #planPresets(): KeptPlan[] {
    const { policy, hash: policyHash } = this.#parts.currentPolicy();
    return this.#presets.flatMap(({ preload, environment, requested, keep, files }) => {
      const decision = decideRun({ policy, ...nobody, requested });
      if (decision.verdict === 'deny' || findUnsupported(policy.runtime, this.#parts.backend.name)) return [];
      const workspace = files === 'workspace' ? newWorkspace : null;
      return [{ plan: planLaunch(decision, { workspace, environment, preload, policyHash }), keep }];
    });
  }
}

/** Who asks makes no difference to what a run gets. */
const nobody = { actor: { id: 'pool', kind: 'service' }, role: 'owner' } as const;

/** Without what is undefined, which would hide the defaults. */
function occupancyOf({ maxSessions, maxSessionsPerWorkspace }: SessionsParts): Partial<OccupancyLimits> {
  return {
    ...(maxSessions !== undefined && { maxSessions }),
    ...(maxSessionsPerWorkspace !== undefined && { maxSessionsPerWorkspace }),
  };
}
