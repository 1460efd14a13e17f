import type { AnsweredPlan, Belljar } from '../belljar.ts';
import { BelljarError } from '../errors.ts';
import { localActor } from './actor.ts';
import { askYesNo, canAnswer } from './ask-yes-no.ts';
import { type CommandIo, type Invocation, isFlagSet } from './command.ts';
import { formatPlan, summarizePlan } from './plan-table.ts';

/** Where questions are put, and answered. */
export type Asked = Pick<Belljar['packages']['approvals'], 'ask' | 'answer'>;

export interface Proposal {
  readonly plan: AnsweredPlan;
  /** What the yes is for, as “install 3 packages and run”. */
  readonly what: string;
  readonly workspace?: string | undefined;
}

/**
 * Shows a plan and has whoever sits at the terminal agree to it: nothing comes in silently. On a local store that person
 * is the operator, whose yes also answers what the policy asks; without a terminal, --yes is a yes to what is allowed.
 * A program that wants a document finds the plan in the details of the refusal.
 *
 * @throws NO_SOLUTION, POLICY_DENIED, APPROVAL_NEEDED, CONFIRMATION_NEEDED, CANCELLED where the answer is no.
 */
export async function confirmPlan(approvals: Asked, invocation: Invocation, proposal: Proposal): Promise<void> {
  const { io, values } = invocation;
  const { plan, what } = proposal;
  const isOpen = plan.verdict === 'ask' && plan.approval?.state !== 'approved';
  const isDocument = isFlagSet(values, 'json');
  if (plan.verdict !== 'deny' && !isOpen && isFlagSet(values, 'yes')) {
    if (!isDocument) io.stderr.write(`${summarizePlan(plan)}\n`);
    return;
  }
  const refusal = findRefusal(io, plan, isOpen);
  if (refusal === undefined || !isDocument) show(io, plan);
  if (refusal !== undefined) throw refusal;
  const question = isOpen ? `The policy asks first. Agree as operator, and ${what}?` : `${sentence(what)}?`;
  if (!(await askYesNo(invocation, question)))
    throw new BelljarError('CANCELLED', 'the answer was no; nothing came in');
  if (isOpen) await agree(approvals, invocation, proposal);
}

function findRefusal(io: CommandIo, plan: AnsweredPlan, isOpen: boolean): BelljarError | undefined {
  const details = { plan };
  if (plan.verdict === 'deny') {
    const isPolicys = plan.obstacle === undefined || plan.obstacle.kind === 'policy';
    if (!isPolicys) return new BelljarError('NO_SOLUTION', plan.obstacle.message, { details });
    return new BelljarError('POLICY_DENIED', 'the policy does not let these packages in', { details });
  }
  if (canAnswer(io)) return undefined;
  if (isOpen)
    return new BelljarError('APPROVAL_NEEDED', 'an approver has to agree to these packages first', { details });
  const message = 'packages would come in, and nobody at a terminal can say yes to it';
  return new BelljarError('CONFIRMATION_NEEDED', message, { details });
}

function show({ stderr }: CommandIo, plan: AnsweredPlan): void {
  stderr.write(`${formatPlan(plan, { isTerminal: stderr.isTTY === true, columns: stderr.columns })}\n`);
}

async function agree(approvals: Asked, { values }: Invocation, { plan, workspace }: Proposal): Promise<void> {
  const asker = localActor(values);
  const because = 'asked at the terminal';
  const { id } = await approvals.ask({ plan, ...asker, workspace, because });
  const reason = 'said yes at the terminal';
  await approvals.answer({ id, answer: 'approved', actor: asker.actor, role: 'operator', reason });
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
