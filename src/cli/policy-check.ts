import { errorTable } from '../errors.ts';
import { type Policy } from '../policy/index.ts';
import { type Command, type Invocation, isFlagSet, printJson, printLine } from './command.ts';
import { onlyFile, readNamedPolicy } from './policy-source.ts';
import { toVisible } from './terminal-text.ts';
import { formatProblem } from '../yaml/index.ts';

export const policyCheckCommand: Command = {
  positionals: 1,
  help: `
belljar policy check [FILE] [--json]

Reads a policy and says all that is wrong with it, one line each: file:line:column: what. Without FILE it is the policy in
force: BELLJAR_POLICY, else belljar.policy.yaml in BELLJAR_HOME, else the built-in one.

  --policy FILE   the same as FILE
  --json          one document with the problems or the hash

Exit code: 0 valid, 78 not valid, 66 the file cannot be read.

Example:
  belljar policy check examples/belljar.policy.yaml
`,
  options: { policy: { type: 'string' } },
  run: check,
};

async function check(invocation: Invocation): Promise<number> {
  const { io, values } = invocation;
  const { name, reading } = await readNamedPolicy(invocation, onlyFile(invocation));
  const asJson = isFlagSet(values, 'json');
  if (!reading.ok) {
    const { problems } = reading;
    if (asJson) printJson(io, { file: name, valid: false, problems });
    else io.stderr.write(problems.map((problem) => `${toVisible(formatProblem(problem))}\n`).join(''));
    return errorTable.POLICY_INVALID.exit;
  }
  const { policy, hash } = reading;
  if (asJson) printJson(io, { file: name, valid: true, hash, problems: [], counts: count(policy) });
  else printLine(io, `${toVisible(name)}: valid, sha256 ${hash}; ${summarize(policy)}`);
  return 0;
}

function count({ packages, waivers, tests, runtime }: Policy): Record<string, number> {
  return {
    allow: packages.allow.length,
    ask: packages.ask.length,
    deny: packages.deny.length,
    hosts: runtime.network.allow.length,
    waivers: waivers.length,
    tests: tests.length,
  };
}

function summarize(policy: Policy): string {
  const { allow, ask, deny, hosts, waivers, tests } = count(policy);
  const lists = `packages: ${allow} allowed, ${ask} asked, ${deny} denied, else ${policy.packages.default}`;
  return `${lists}; ${hosts} hosts, ${waivers} waivers, ${tests} tests`;
}
