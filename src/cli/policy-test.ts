import { type PolicyTestResult, runPolicyTests } from '../policy/index.ts';
import { type Command, type Invocation, isFlagSet, printJson, printLine } from './command.ts';
import { readAt } from './moment.ts';
import { onlyFile, requireNamedPolicy } from './policy-source.ts';
import { toVisible } from './terminal-text.ts';

export const policyTestCommand: Command = {
  positionals: 1,
  help: `
belljar policy test [FILE] [--at TIME] [--json]

Runs the cases that stand in the tests section of a policy against the policy itself. Without FILE it is the policy in
force.

  --policy FILE   the same as FILE
  --at TIME       judge as at this time: 2027-03-31, 2027-03-31T08:00 (UTC unless it ends in an offset), 7d (ago);
                  a case’s own day comes first
  --json          one document with every case

Exit code: 0 all as expected, 1 a case is not, 78 the policy is not valid.

Example:
  belljar policy test examples/belljar.policy.yaml
`,
  options: { policy: { type: 'string' }, at: { type: 'string' } },
  run: testPolicy,
};

async function testPolicy(invocation: Invocation): Promise<number> {
  const { io, values } = invocation;
  const now = readAt(values);
  const { name, policy, hash } = await requireNamedPolicy(invocation, onlyFile(invocation));
  const results = runPolicyTests(policy, now);
  const failed = results.filter(({ isOk }) => !isOk).length;
  if (isFlagSet(values, 'json')) {
    printJson(io, { file: name, hash, passed: results.length - failed, failed, cases: results.map(toDocument) });
  } else {
    for (const line of results.flatMap(describe)) printLine(io, toVisible(line));
    printLine(io, summarize(results.length, failed));
  }
  return failed === 0 ? 0 : 1;
}

function toDocument({ isOk, ...result }: PolicyTestResult): Record<string, unknown> {
  return { ok: isOk, ...result };
}

function describe({ name, isOk, expected, verdict, because, reasons }: PolicyTestResult): string[] {
  if (isOk) return [`ok      ${name}`];
  const wanted = because === undefined ? expected : `${expected} because of ${because}`;
  return [
    `not ok  ${name}`,
    `          expected ${wanted}, came ${verdict}:`,
    ...reasons.map(({ rule, message }) => `          ${rule}  ${message}`),
  ];
}

function summarize(total: number, failed: number): string {
  if (total === 0) return 'the policy has no tests';
  return failed === 0 ? `${total} of ${total} as expected` : `${failed} of ${total} not as expected`;
}
