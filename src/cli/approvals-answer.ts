import { type Approval, Belljar, parseDurationMs } from '../belljar.ts';
import { BelljarError } from '../errors.ts';
import { localActor } from './actor.ts';
import {
  type Command,
  type CommandOptions,
  type Invocation,
  isFlagSet,
  printJson,
  printLine,
  stringOption,
} from './command.ts';
import { toVisible } from './terminal-text.ts';

const shared: CommandOptions = {
  reason: { type: 'string' },
  actor: { type: 'string' },
  role: { type: 'string' },
  policy: { type: 'string' },
};

const sharedHelp = `  --actor ID      who answers, for the policy and the record (default: your user name)
  --role ROLE     in which role (default: operator, who rules this installation)
  --policy FILE   the policy (default: BELLJAR_POLICY, else the one in BELLJAR_HOME, else the built-in one)
  --json          one document

Exit code: 0 answered, 65 there is no such open question, 77 the role may not answer.
`;

export const approvalsApproveCommand: Command = {
  positionals: 1,
  help: `
belljar approvals approve ID --reason WHY [OPTION…]

Says yes to what the policy asks about one lock. The yes holds for that very lock, and for what was asked: what the policy
asks only later is asked again.

  --reason WHY    for the record
  --for TIME      how long the yes holds (default: 30d)
${sharedHelp}
Example:
  belljar approvals approve 1f0c22ab --reason 'reviewed the release notes' --for 14d
`,
  options: { ...shared, for: { type: 'string' } },
  run: (invocation) => answer(invocation, 'approved'),
};

export const approvalsRejectCommand: Command = {
  positionals: 1,
  help: `
belljar approvals reject ID --reason WHY [OPTION…]

Says no to what the policy asks about one lock.

  --reason WHY    for the record
${sharedHelp}
Example:
  belljar approvals reject 1f0c22ab --reason 'use polars, which is here already'
`,
  options: shared,
  run: (invocation) => answer(invocation, 'rejected'),
};

export const approvalsRevokeCommand: Command = {
  positionals: 1,
  help: `
belljar approvals revoke ID --reason WHY [OPTION…]

Takes a yes back: what it let in is not let in any more, from now on.

  --reason WHY    for the record
${sharedHelp}
Example:
  belljar approvals revoke 1f0c22ab --reason 'its maintainer sold it'
`,
  options: shared,
  run: (invocation) => answer(invocation, 'revoked'),
};

async function answer(
  { io, values, positionals, signal }: Invocation,
  given: 'approved' | 'rejected' | 'revoked',
): Promise<number> {
  const [id] = positionals;
  if (id === undefined) throw new BelljarError('USAGE', 'name the question; `belljar approvals list` shows them');
  const reason = stringOption(values, 'reason');
  if (reason === undefined || reason.trim() === '') throw new BelljarError('USAGE', 'say why with --reason');
  const time = stringOption(values, 'for');
  const asker = localActor(values, 'operator');
  await using belljar = await Belljar.open({ env: io.env, policyFile: stringOption(values, 'policy'), signal });
  const { approvals } = belljar.packages;
  const holdsMs = time === undefined ? undefined : parseDurationMs(time);
  const approval = await (given === 'revoked'
    ? approvals.revoke({ id, reason, ...asker })
    : approvals.answer({ id, reason, answer: given, ...asker, holdsMs }));
  if (isFlagSet(values, 'json')) printJson(io, approval);
  else printLine(io, describe(approval));
  return 0;
}

function describe({ id, state, wish, expires }: Approval): string {
  const end = state === 'approved' ? `, until ${expires.slice(0, 10)}` : '';
  return toVisible(`${id} ${state}${end}: ${wish}`);
}
