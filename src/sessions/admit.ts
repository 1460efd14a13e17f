import { randomUUID } from 'node:crypto';

import { BelljarError, toBelljarError } from '../errors.ts';
import { type Actor, type Policy, type RunDecision, type RunLimits, decideRun } from '../policy/index.ts';
import type { AuditRecord } from '../record/index.ts';
import type { Backend } from '../sandbox/index.ts';
import type { Role } from '../words.ts';
import { findUnsupported } from './admission.ts';
import type { JournalOrigin } from './journal.ts';
import { newWorkspace } from './launch-plan.ts';

export interface AdmissionParts {
  readonly backend: Pick<Backend, 'name'>;
  readonly record: AuditRecord;
  /** Asked at every opening, so that a changed policy holds from the next one on. */
  readonly currentPolicy: () => { readonly policy: Policy; readonly hash: string };
}

/** What somebody wants to run. */
export interface AdmissionRequest {
  readonly actor: Actor;
  readonly role: Role;
  readonly workspace?: string | null | undefined;
  readonly requested?: Partial<RunLimits> | undefined;
  /** What it is called on the record. */
  readonly subject: 'session' | 'program';
}

export interface Admitted {
  readonly decision: RunDecision;
  readonly origin: JournalOrigin;
}

/** Lets in what the policy lets run, and puts what it decides on the record. */
export class Admission {
  readonly #parts: AdmissionParts;

  constructor(parts: AdmissionParts) {
    this.#parts = parts;
  }

  /**
   * Has something opened that the policy in force allows. Where another policy came into force meanwhile, what comes back
   * is undefined and the request is decided anew: what the old one had decided is worth nothing any more.
   *
   * @throws USAGE, POLICY_DENIED where the policy says no, SANDBOX_UNAVAILABLE, and what opening throws.
   */
  async admit<T>(request: AdmissionRequest, open: (admitted: Admitted) => Promise<T | undefined>): Promise<T> {
    for (;;) {
      const opened = await this.#admitOnce(request, open);
      if (opened !== undefined) return opened;
    }
  }

  /** Whether the policy that something was decided by is still in force. */
  isInForce(policyHash: string): boolean {
    return this.#parts.currentPolicy().hash === policyHash;
  }

  async #admitOnce<T>(
    { actor, role, workspace = null, requested = {}, subject }: AdmissionRequest,
    open: (admitted: Admitted) => Promise<T | undefined>,
  ): Promise<T | undefined> {
    const { record, currentPolicy, backend } = this.#parts;
    if (workspace === newWorkspace) throw new BelljarError('USAGE', `“${workspace}” cannot be the name of a workspace`);
    const { policy, hash: policyHash } = currentPolicy();
    const origin = { actor: { ...actor, role }, workspace, correlationId: randomUUID(), policyHash };
    const decision = decideRun({ policy, actor, role, requested });
    if (decision.verdict !== 'allow') {
      await record.append({ ...denialOf(decision), subject, ...origin });
      throw toRefusal(decision, origin.correlationId);
    }
    try {
      const unsupported = findUnsupported(policy.runtime, backend.name);
      if (unsupported !== undefined) throw unsupported;
      return await open({ decision, origin });
    } catch (thrown) {
      const { code, message } = toBelljarError(thrown);
      await record.append({ action: 'run.failed', subject, details: { code, message }, ...origin });
      throw thrown;
    }
  }
}

/** A refusal as the record tells it. */
function denialOf({ verdict, reasons }: Pick<RunDecision, 'verdict' | 'reasons'>) {
  const details = { reasons: reasons.map(({ rule, message }) => ({ rule, message })) };
  return { action: 'run.refused', verdict, details };
}

/** A refusal as the caller is told. */
function toRefusal({ verdict, reasons }: RunDecision, correlationId: string): BelljarError {
  const decisive = reasons.filter((reason) => reason.verdict === verdict);
  const message = decisive.map((reason) => `${reason.message} (${reason.rule})`).join('; ');
  return new BelljarError('POLICY_DENIED', `the policy says ${verdict === 'ask' ? 'ask first' : 'no'}: ${message}`, {
    details: { verdict, reasons },
    correlationId,
  });
}
