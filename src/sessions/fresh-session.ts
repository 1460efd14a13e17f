import type { Duplex } from 'node:stream';

import type { Backend, CapabilityName, Sandbox } from '../sandbox/index.ts';
import { type LaunchPlan, newWorkspace } from './launch-plan.ts';
import type { SessionNetwork } from './network.ts';
import { openSandbox } from './open-sandbox.ts';
import { type LineOptions, RunnerLine } from './runner-line.ts';
import { Session, type SessionParts } from './session.ts';

export interface FreshSessionParts extends Pick<SessionParts, 'importNames'> {
  readonly backend: Backend;
  /** The Python that is started: its path inside, and its version. */
  readonly python: { readonly executable: string; readonly version: string };
}

export interface FreshSessionOptions {
  readonly signal?: AbortSignal | undefined;
  /** Nobody waits for it: it gets the processor time that no other sandbox wants. */
  readonly isForLater?: boolean;
}

export interface Claim extends LineOptions {
  readonly network?: SessionNetwork | undefined;
}

/** The way out has to be there from the launch on; whose it is comes later. */
interface WayOut {
  network: SessionNetwork | undefined;
}

interface FreshParts {
  readonly session: Session;
  readonly line: RunnerLine;
  readonly wayOut: WayOut;
  readonly version: string;
}

/**
 * A session that is nobody's yet. Each begins as one, those that are wanted at once too: so what comes from the pool
 * and what does not cannot differ.
 */
export class FreshSession {
  readonly plan: LaunchPlan;
  /** The version of the Python inside. */
  readonly version: string;
  readonly #session: Session;
  readonly #line: RunnerLine;
  readonly #sandbox: Sandbox;
  readonly #wayOut: WayOut;

  private constructor(plan: LaunchPlan, sandbox: Sandbox, parts: FreshParts) {
    this.plan = plan;
    this.#sandbox = sandbox;
    this.#session = parts.session;
    this.#line = parts.line;
    this.#wayOut = parts.wayOut;
    this.version = parts.version;
  }

  /** @throws what a launch throws; RUNNER_REFUSED where the modules were not imported in the time that a run has. */
  static async launch(
    { backend, python, importNames }: FreshSessionParts,
    plan: LaunchPlan,
    { signal, isForLater = false }: FreshSessionOptions = {},
  ): Promise<FreshSession> {
    const wayOut: WayOut = { network: undefined };
    const { limits, require, workspace, environment, hasNetwork, guards } = plan;
    const acceptEgress = hasNetwork ? (connection: Duplex) => passOut(wayOut, connection) : undefined;
    const { executable, version } = python;
    const shown = { executable, environment: environment ?? undefined, workspace: workspace ?? undefined };
    const launch = { ...shown, limits, require, guards, acceptEgress, signal };
    const sandbox = await openSandbox(backend, launch);
    if (isForLater) sandbox.setPriority('background');
    const line = await RunnerLine.open(sandbox, limits, { signal });
    const session = new Session(line, { importNames, startsEmpty: workspace === null || workspace === newWorkspace });
    try {
      // A module that is missing is for the code that imports it to find out.
      if (plan.preload.length > 0) await session.preload(plan.preload, { signal });
      return new FreshSession(plan, sandbox, { session, line, wayOut, version });
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  get enforced(): readonly CapabilityName[] {
    return this.#sandbox.enforced;
  }

  /** Resolves when nothing is left of it. */
  get ended(): Promise<unknown> {
    return this.#session.ended;
  }

  setPriority(priority: 'foreground' | 'background'): void {
    this.#sandbox.setPriority(priority);
  }

  /** Has its interpreter add one and one; resolves to whether it did, in time, and is still the one it was. */
  async isReady(timeoutMs: number): Promise<boolean> {
    if (!this.#line.isUntouched) return false;
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const shown = await this.#line.asks.ask({ to: 'interpreter', what: 'rehearse', about: {}, signal });
      return shown === '[2]' && this.#line.isUntouched;
    } catch {
      return false; // whatever is wrong with it, another one is made
    }
  }

  /** Gives its files to a new workspace; resolves to whether that had none. */
  giveFilesTo(workspace: string): Promise<boolean> {
    return this.#sandbox.giveFilesTo(workspace);
  }

  /** Has it be somebody's, from now on and for good. */
  claim(claim: Claim): Session {
    this.#wayOut.network = claim.network;
    this.#line.belongTo(claim);
    return this.#session;
  }

  async close(): Promise<void> {
    await this.#session.close();
  }
}

/** Nobody has anything to send before it is somebody's. */
function passOut({ network }: WayOut, connection: Duplex): void {
  if (network === undefined) connection.destroy();
  else network.accept(connection);
}
