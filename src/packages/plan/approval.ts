import { z } from 'zod';

import type { Reason } from '../../policy/index.ts';
import { actorKinds, roleNames } from '../../words.ts';
import type { Plan } from './plan.ts';

const person = z.object({ id: z.string(), kind: z.enum(actorKinds), role: z.enum(roleNames) });

export const approvalBodySchema = z.object({
  plan: z.string(),
  workspace: z.string().nullable(),
  askedBy: person,
  /** Why it is wanted, in the words of whoever asked. */
  wish: z.string(),
  because: z.string(),
  /** What the policy wants an answer to; an answer holds for these and for nothing that comes up later. */
  questions: z.array(z.object({ about: z.string(), rule: z.string(), message: z.string(), key: z.string() })),
  answer: z.object({ by: person, time: z.string(), reason: z.string() }).optional(),
});

/** A question to an approver, and the answer to it. */
export interface Approval extends Readonly<z.output<typeof approvalBodySchema>> {
  readonly id: string;
  /** The digest of the lock that it is about: of no other, whatever the names in it. */
  readonly lock: string;
  readonly state: 'open' | 'approved' | 'rejected' | 'revoked' | 'expired';
  readonly asked: string;
  /** Of an open one: until when it can be answered; of an approved one: until when it holds. */
  readonly expires: string;
}

export type ApprovalQuestion = Approval['questions'][number];

/** What approvers have said yes to, of one lock. */
export interface Agreement {
  /** Tells it from every other. */
  readonly key: string;
  /** Whether all of these reasons were asked about, of `name version` or of the whole. */
  covers(about: string, reasons: readonly Reason[]): boolean;
  /** Whether that is all that a plan wants an answer to. */
  holdsFor(plan: Pick<Plan, 'reasons' | 'packages'>): boolean;
}

/** A plan, and, where its verdict is `ask` and somebody was asked, the question or the answer that holds for its lock. */
export interface AnsweredPlan extends Plan {
  readonly approval?: Approval | undefined;
}

/** All that a plan wants an answer to. */
export function questionsOf(plan: Pick<Plan, 'reasons' | 'packages'>): ApprovalQuestion[] {
  return reasonsOf(plan).map(({ about, reason }) => {
    return { about, rule: reason.rule, message: reason.message, key: keyOf(about, reason) };
  });
}

interface AskedReason {
  readonly about: string;
  readonly reason: Reason;
}

function reasonsOf({ reasons, packages }: Pick<Plan, 'reasons' | 'packages'>): AskedReason[] {
  const all = [
    ...reasons.map((reason) => ({ about: '', reason })),
    ...packages.flatMap(({ name, version, reasons: own }) => {
      return own.map((reason) => ({ about: `${name} ${version}`, reason }));
    }),
  ];
  return all.filter(({ reason }) => reason.verdict === 'ask');
}

/**
 * What a yes is a yes to: the rule and what it met, so that another licence, another advisory or another amount is another
 * question. An entry of a list counts by what it says, not by its place. The age of the data in general is the same
 * question from day to day.
 */
function keyOf(about: string, { rule, matched, message }: Pick<Reason, 'rule' | 'matched' | 'message'>): string {
  const name = rule.replace(/\[\d+\]/g, '');
  const content = name === rule ? [matched] : [matched, message];
  return JSON.stringify([about, name, ...(rule === 'packages.missing.advisories' ? [] : content)]);
}

/** What of a file of a lock was agreed to: all that stands against it was asked, of its package or of the whole. */
export function agreementOf(approvals: readonly Approval[]): Agreement | undefined {
  const approved = approvals.filter(({ state }) => state === 'approved');
  if (approved.length === 0) return undefined;
  const asked = new Set(approved.flatMap(({ questions }) => questions.map(({ key }) => key)));
  const covered = (about: string, reasons: readonly Reason[]): boolean => {
    return reasons.every((reason) => asked.has(keyOf(about, reason)) || asked.has(keyOf('', reason)));
  };
  return {
    key: approved
      .map(({ id }) => id)
      .sort()
      .join(' '),
    covers: covered,
    holdsFor: (plan) => reasonsOf(plan).every(({ about, reason }) => covered(about, [reason])),
  };
}

/** Whether an answer holds for a plan: the same lock, and nothing to be asked that was not asked then. */
export function covers(
  { lock, questions }: Pick<Approval, 'lock' | 'questions'>,
  plan: Pick<Plan, 'lock' | 'reasons' | 'packages'>,
): boolean {
  const asked = new Set(questions.map(({ key }) => key));
  return plan.lock?.digest === lock && questionsOf(plan).every(({ key }) => asked.has(key));
}
