import { type Approval, Belljar } from '../belljar.ts';
import { type Command, type Invocation, isFlagSet, printJson, printLine, stringOption } from './command.ts';
import { toVisible } from './terminal-text.ts';

export const approvalsListCommand: Command = {
  positionals: 0,
  help: `
belljar approvals list [OPTION…]

Prints what approvers are asked: who wants which packages and why, and what the policy says of them. Each question is about
one lock, and about no other.

  --all           those that were answered or whose time is over, too
  --policy FILE   the policy (default: BELLJAR_POLICY, else the one in BELLJAR_HOME, else the built-in one)
  --json          one document

Exit code: 0.

Example:
  belljar approvals list
`,
  options: { all: { type: 'boolean' }, policy: { type: 'string' } },
  run: list,
};

async function list({ io, values, signal }: Invocation): Promise<number> {
  await using belljar = await Belljar.open({ env: io.env, policyFile: stringOption(values, 'policy'), signal });
  const all = await belljar.packages.approvals.list();
  const approvals = isFlagSet(values, 'all') ? all : all.filter(({ state }) => state === 'open');
  if (isFlagSet(values, 'json')) printJson(io, { approvals });
  else if (approvals.length === 0) printLine(io, 'nothing is asked');
  else for (const approval of approvals) for (const line of describe(approval)) printLine(io, line);
  return 0;
}

function describe({ id, state, wish, askedBy, because, asked, expires, questions, answer }: Approval): string[] {
  const end = state === 'open' || state === 'approved' ? `, until ${expires.slice(0, 10)}` : '';
  return [
    `${id}  ${state}${end}  ${wish}`,
    `  asked by ${askedBy.id} (${askedBy.role}) on ${asked.slice(0, 10)}: ${because}`,
    ...questions.map(({ about, rule, message }) => `  ${about === '' ? 'the whole' : about}: ${rule}: ${message}`),
    ...(answer === undefined ? [] : [`  ${state} by ${answer.by.id} (${answer.by.role}): ${answer.reason}`]),
  ].map(toVisible);
}
