import { randomUUID } from 'node:crypto';

import { z } from 'zod';

import { BelljarError } from '../../errors.ts';
import { type Actor, decideAction, type Policy, type Reason } from '../../policy/index.ts';
import type { AuditRecord, Draft } from '../../record/index.ts';
import { type Database, sql, type Transaction } from '../../storage/index.ts';
import type { Role } from '../../words.ts';
import { checkWorkspaceName } from '../../workspace-name.ts';
import { type Agreement, agreementOf, type Approval, approvalBodySchema, covers, questionsOf } from './approval.ts';
import type { Plan } from './plan.ts';

export interface ApprovalsOptions {
  readonly database: Database;
  readonly record: Pick<AuditRecord, 'append' | 'appendWithin'>;
  readonly currentPolicy: () => { readonly policy: Policy; readonly hash: string };
  readonly now?: (() => Date) | undefined;
}

export interface AskOptions {
  readonly plan: Plan;
  readonly actor: Actor;
  readonly role: Role;
  readonly workspace?: string | undefined;
  readonly because: string;
}

export interface AnswerOptions {
  readonly id: string;
  readonly answer: 'approved' | 'rejected';
  readonly actor: Actor;
  readonly role: Role;
  readonly reason: string;
  /** How long an approval holds; 30 days where left out. */
  readonly holdsMs?: number | undefined;
}

const dayMs = 86_400_000;
const openForMs = 7 * dayMs;
const defaultHoldsMs = 30 * dayMs;
const longestHoldsMs = 3650 * dayMs;
const mostListed = 500;

const rowSchema = z.object({
  id: z.string(),
  lock: z.string(),
  state: z.enum(['open', 'approved', 'rejected', 'revoked']),
  asked: z.string(),
  expires: z.string(),
  body: z.string(),
});

/** What the policy wants an answer to, and who answered what. */
export class Approvals {
  readonly #options: ApprovalsOptions;

  constructor(options: ApprovalsOptions) {
    this.#options = options;
  }

  /**
   * Puts the questions of a plan to the approvers; the same lock is asked for once at a time.
   *
   * @throws USAGE where the plan asks nothing, or the workspace is none.
   */
  async ask({ plan, actor, role, workspace, because }: AskOptions): Promise<Approval> {
    if (workspace !== undefined) checkWorkspaceName(workspace);
    const { lock, verdict } = plan;
    if (lock === undefined || verdict !== 'ask') {
      throw new BelljarError('USAGE', `there is nothing to ask: the verdict on the plan is ${verdict}`);
    }
    const now = this.#now();
    const approval: Approval = {
      ...{ id: randomUUID().slice(0, 8), lock: lock.digest, state: 'open', asked: now.toISOString() },
      expires: new Date(now.getTime() + openForMs).toISOString(),
      ...{ plan: plan.id, workspace: workspace ?? null, askedBy: { ...actor, role }, because },
      wish: lock.packages
        .flatMap(({ isRequested, name, version }) => (isRequested ? `${name} ${version}` : []))
        .join(', '),
      questions: questionsOf(plan),
    };
    return this.#options.database.transaction(async (transaction) => {
      const open = (await this.#read(transaction, sql`lock = ${lock.digest} and state = 'open'`)).find((each) => {
        return each.state === 'open' && covers(each, plan);
      });
      if (open !== undefined) return open;
      await insert(transaction, approval);
      await this.#options.record.appendWithin(
        transaction,
        this.#draft('approvals.asked', approval, { ...actor, role }),
      );
      return approval;
    });
  }

  /** The newest first. */
  async list(): Promise<Approval[]> {
    return this.#read(this.#options.database, sql`1 = 1`);
  }

  /** The answer that holds for a plan, else the question that is open; undefined where it was never asked. */
  async find(plan: Pick<Plan, 'lock' | 'reasons' | 'packages'>): Promise<Approval | undefined> {
    const { lock } = plan;
    if (lock === undefined) return undefined;
    const all = await this.#read(this.#options.database, sql`lock = ${lock.digest}`);
    const about = all.filter((each) => covers(each, plan));
    const approved = about.find(({ state }) => state === 'approved');
    if (approved !== undefined) return approved;
    // Several may each have answered a part of what is asked.
    return agreementOf(all)?.holdsFor(plan) === true ? all.find(({ state }) => state === 'approved') : about[0];
  }

  /**
   * Answers a question.
   *
   * @throws POLICY_DENIED where the actor may not approve, APPROVAL_NOT_OPEN where there is no such question, or no more,
   *   USAGE for a time that no answer holds.
   */
  async answer({ id, answer, actor, role, reason, holdsMs = defaultHoldsMs }: AnswerOptions): Promise<Approval> {
    if (!(holdsMs > 0 && holdsMs <= longestHoldsMs)) {
      throw new BelljarError('USAGE', `an answer holds for some time, and for at most ${longestHoldsMs / dayMs} days`);
    }
    const expires = new Date(this.#now().getTime() + holdsMs).toISOString();
    return this.#settle({ id, actor, role, reason }, (found) => {
      if (found?.state !== 'open') throw notOpen(id, found);
      return { state: answer, expires: answer === 'approved' ? expires : found.expires };
    });
  }

  /**
   * Takes a yes back: from now on the lock is one that nobody agreed to.
   *
   * @throws POLICY_DENIED where the actor may not approve, APPROVAL_NOT_OPEN where there is no yes that holds.
   */
  async revoke({ id, ...answer }: Omit<AnswerOptions, 'answer' | 'holdsMs'>): Promise<Approval> {
    return this.#settle({ id, ...answer }, (found) => {
      if (found?.state !== 'approved') throw notOpen(id, found);
      return { state: 'revoked', expires: found.expires };
    });
  }

  /** What holds now of what was agreed to on a lock; undefined where nothing does. */
  async agreementOn(lock: string): Promise<Agreement | undefined> {
    return agreementOf(await this.#read(this.#options.database, sql`lock = ${lock} and state = 'approved'`));
  }

  async #settle(
    { id, actor, role, reason }: Pick<AnswerOptions, 'id' | 'actor' | 'role' | 'reason'>,
    decide: (found: Approval | undefined) => Pick<Approval, 'state' | 'expires'>,
  ): Promise<Approval> {
    const { policy } = this.#options.currentPolicy();
    const decision = decideAction({ policy, actor, role, action: 'approve' });
    if (decision.verdict !== 'allow') {
      await this.#noteRefusal({ id, actor, role }, decision.reason);
      throw new BelljarError('POLICY_DENIED', decision.reason.message, { details: { reasons: [decision.reason] } });
    }
    return this.#options.database.transaction(async (transaction) => {
      const [found] = await this.#read(transaction, sql`id = ${id}`);
      const { state, expires } = decide(found);
      if (found === undefined) throw notOpen(id, found);
      const answer = { by: { ...actor, role }, time: this.#now().toISOString(), reason };
      const approval: Approval = { ...found, state, expires, answer };
      const body = JSON.stringify(approvalBodySchema.parse(approval));
      await transaction.write(
        sql`update approvals set state = ${state}, expires = ${expires}, body = ${body} where id = ${id}`,
      );
      // What takes effect is on the record, or does not take effect.
      await this.#options.record.appendWithin(transaction, this.#draft(`approvals.${state}`, approval, answer.by));
      return approval;
    });
  }

  async #noteRefusal(
    { id, actor, role }: Pick<AnswerOptions, 'id' | 'actor' | 'role'>,
    { rule, message }: Pick<Reason, 'rule' | 'message'>,
  ): Promise<void> {
    await this.#options.record.append({
      ...{ action: 'approvals.refused', actor: { ...actor, role }, verdict: 'deny' },
      policyHash: this.#options.currentPolicy().hash,
      details: { approval: id.slice(0, 200), rule, message },
    });
  }

  async #read(source: Pick<Transaction, 'read'>, condition: ReturnType<typeof sql>): Promise<Approval[]> {
    const rows = await source.read(
      sql`select id, lock, state, asked, expires, body from approvals where ${condition} order by asked desc limit ${mostListed}`,
      { schema: rowSchema },
    );
    const now = this.#now().toISOString();
    return rows.flatMap(({ body, ...row }) => {
      const parsed = approvalBodySchema.safeParse(JSON.parse(body));
      if (!parsed.success) return [];
      const isOver = (row.state === 'open' || row.state === 'approved') && row.expires <= now;
      return [{ ...parsed.data, ...row, state: isOver ? 'expired' : row.state }];
    });
  }

  #draft(action: string, approval: Approval, actor: Approval['askedBy']): Draft {
    const { id, lock, plan, workspace, wish, because, answer, expires } = approval;
    return {
      ...{ action, actor, workspace, subject: wish.slice(0, 1000), policyHash: this.#options.currentPolicy().hash },
      details: {
        approval: id,
        lock,
        plan,
        because,
        expires,
        ...(answer === undefined ? {} : { reason: answer.reason }),
      },
    };
  }

  #now(): Date {
    return this.#options.now?.() ?? new Date();
  }
}

function notOpen(id: string, found: Approval | undefined): BelljarError {
  const what = found === undefined ? `there is no question “${id}”` : `“${id}” is ${found.state}`;
  return new BelljarError('APPROVAL_NOT_OPEN', what);
}

async function insert(transaction: Transaction, approval: Approval): Promise<void> {
  const { id, lock, state, asked, expires } = approval;
  const body = JSON.stringify(approvalBodySchema.parse(approval));
  await transaction.write(
    sql`insert into approvals (id, lock, state, asked, expires, body)
      values (${id}, ${lock}, ${state}, ${asked}, ${expires}, ${body})`,
  );
}
