import { randomUUID } from 'node:crypto';

import { z } from 'zod';

import type { Interpreter } from '../environments/index.ts';
import { BelljarError, toBelljarError } from '../errors.ts';
import { type Actor, type Policy, type RunDecision, type RunLimits, decideRun } from '../policy/index.ts';
import type { AuditRecord } from '../record/index.ts';
import type { Backend, BackendName } from '../sandbox/index.ts';
import { type Role, roleNames } from '../words.ts';
import { listWalls } from './guards.ts';
import { type JournalOrigin, RunJournal } from './journal.ts';
import { type EgressSettings, SessionNetwork } from './network.ts';
import { openSandbox } from './open-sandbox.ts';
import { Session } from './session.ts';

export interface SessionsParts {
  readonly backend: Backend;
  readonly interpreter: Interpreter;
  readonly record: AuditRecord;
  /** Asked at every opening, so that a changed policy holds from the next session on. */
  readonly currentPolicy: () => { readonly policy: Policy; readonly hash: string };
  readonly egress?: EgressSettings;
}

export interface OpenSessionOptions {
  readonly actor: Actor;
  readonly role: Role;
  /** Whose files it works on, kept from session to session; without one they are gone with it. */
  readonly workspace?: string | null;
  /** What differs from the policy's own limits. */
  readonly requested?: Partial<RunLimits>;
  readonly signal?: AbortSignal | undefined;
}

/** Opens sessions as the policy allows, and puts what it decides on the record. */
export class Sessions {
  readonly #parts: SessionsParts;
  readonly #opening = new Set<Promise<Session>>();
  readonly #open = new Set<Session>();
  readonly #networks = new Set<SessionNetwork>();
  #isClosed = false;

  constructor(parts: SessionsParts) {
    this.#parts = parts;
  }

  /**
   * Opens a session for an actor.
   *
   * @throws POLICY_DENIED where the policy says no, and what a launch throws.
   */
  open(options: OpenSessionOptions): Promise<Session> {
    const opening = this.#openNow(options);
    this.#opening.add(opening);
    const settled = (): void => void this.#opening.delete(opening);
    opening.then(settled, settled);
    return opening;
  }

  async #openNow(options: OpenSessionOptions): Promise<Session> {
    if (this.#isClosed) throw closed();
    const { record, currentPolicy } = this.#parts;
    checkAsker(options);
    const { actor, role, workspace = null, requested = {} } = options;
    const { policy, hash: policyHash } = currentPolicy();
    const origin = { actor: { ...actor, role }, workspace, correlationId: randomUUID(), policyHash };
    const decision = decideRun({ policy, actor, role, requested });
    if (decision.verdict !== 'allow') {
      await record.append({ ...denialOf(decision), ...origin });
      throw toError(decision, origin.correlationId);
    }
    try {
      const unsupported = findUnsupported(policy.runtime, this.#parts.backend.name);
      if (unsupported !== undefined) throw unsupported;
      return await this.#launch(decision, origin, options.signal);
    } catch (thrown) {
      const { code, message } = toBelljarError(thrown);
      await record.append({ action: 'run.failed', subject: 'session', details: { code, message }, ...origin });
      throw thrown;
    }
  }

  /** Has the policy in force hold for what is under way: connections that it no longer opens are ended. */
  policyChanged(): void {
    for (const network of this.#networks) network.policyChanged();
  }

  /** Ends all sessions; what ran has its end on the record. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#opening); // what is being launched is closed as soon as it is there
    await Promise.all([...this.#open].map((session) => session.close()));
  }

  async #launch(decision: RunDecision, origin: JournalOrigin, signal: AbortSignal | undefined): Promise<Session> {
    const { backend, interpreter, record } = this.#parts;
    const { limits, required, guards } = decision;
    const network = decision.network.allow.length > 0 ? this.#openNetwork(origin) : undefined;
    try {
      const sandbox = await openSandbox(backend, {
        executable: interpreter.executable,
        limits,
        workspace: origin.workspace ?? undefined,
        guards,
        require: [
          ...required,
          ...(network === undefined ? [] : (['egress-rules'] as const)),
          ...(listWalls(guards).length === 0 ? [] : (['system-call-filter'] as const)),
        ],
        acceptEgress: network === undefined ? undefined : (connection) => network.accept(connection),
        signal,
      });
      const journal = new RunJournal({
        ...origin,
        record,
        environmentKey: null,
        python: interpreter.version,
        backend: backend.name,
        capabilities: sandbox.enforced,
        limits,
      });
      const startsEmpty = origin.workspace === null;
      const session = await Session.over(sandbox, limits, { journal, network, startsEmpty, signal });
      this.#keep(session, network);
      if (this.#isClosed) {
        await session.close();
        throw closed();
      }
      return session;
    } catch (error) {
      await this.#closeNetwork(network);
      throw error;
    }
  }

  #keep(session: Session, network: SessionNetwork | undefined): void {
    this.#open.add(session);
    void session.ended.finally(() => {
      this.#open.delete(session);
      void this.#closeNetwork(network);
    });
  }

  #openNetwork(origin: JournalOrigin): SessionNetwork {
    const { record, currentPolicy, egress = {} } = this.#parts;
    const network = new SessionNetwork({ record, origin, currentPolicy, settings: egress });
    this.#networks.add(network);
    return network;
  }

  async #closeNetwork(network: SessionNetwork | undefined): Promise<void> {
    if (network === undefined) return;
    this.#networks.delete(network);
    await network.close();
  }
}

function closed(): BelljarError {
  return new BelljarError('SESSION_CLOSED', 'Belljar was closed', { hint: 'Open it again.' });
}

/** What the policy counts on and this version cannot do is refused, never left out in silence. */
export function findUnsupported({ backends }: Policy['runtime'], backend: BackendName): BelljarError | undefined {
  if (!backends.includes(backend)) {
    const message = `the policy allows the backends ${backends.join(', ')}, and this version has ${backend} only`;
    return new BelljarError('SANDBOX_UNAVAILABLE', message, {
      hint: `Add ${backend} to runtime.backends of the policy.`,
    });
  }
  return undefined;
}

/** Who asks comes from the embedding program, which may not be TypeScript. */
function checkAsker({ actor, role }: OpenSessionOptions): void {
  const { success, error } = askerSchema.safeParse({ actor, role });
  if (!success) throw new BelljarError('USAGE', `a session needs an actor and a role: ${z.prettifyError(error)}`);
}

const askerSchema = z.object({
  actor: z.object({ id: z.string().min(1).max(512), kind: z.enum(['user', 'service', 'anonymous']) }),
  role: z.enum(roleNames),
});

function denialOf({ verdict, reasons }: RunDecision) {
  const details = { reasons: reasons.map(({ rule, message }) => ({ rule, message })) };
  return { action: 'run.refused', subject: 'session', verdict, details };
}

function toError({ verdict, reasons }: RunDecision, correlationId: string): BelljarError {
  const decisive = reasons.filter((reason) => reason.verdict === verdict);
  const message = decisive.map((reason) => `${reason.message} (${reason.rule})`).join('; ');
  return new BelljarError('POLICY_DENIED', `the policy says ${verdict === 'ask' ? 'ask first' : 'no'}: ${message}`, {
    details: { verdict, reasons },
    correlationId,
  });
}
