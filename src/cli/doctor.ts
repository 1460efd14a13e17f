import { BelljarError, type MachineReport, describeFilter, inspectMachine } from '../belljar.ts';
import { runProof } from './doctor-proof.ts';
import {
  type Command,
  type CommandIo,
  type Invocation,
  isFlagSet,
  printJson,
  printLine,
  stringOption,
} from './command.ts';

export const doctorCommand: Command = {
  positionals: 0,
  help: `
belljar doctor [--policy FILE] [--python PROGRAM] [--json]
belljar doctor --prove [--only FAMILY|CASE] [--policy FILE] [--python PROGRAM] [--json]
belljar doctor --seccomp [--json]

Tries out what this machine can enforce, capability by capability, and says what of it the policy requires. Starts a
few harmless sandboxes and makes no home.

With --prove it attacks the glass on this very machine: every attack is made behind glass, where it must fail, and once
more with the protection lifted, where it must succeed. docs/proof.md says how to read what it prints. The attacks are
harmless and leave nothing behind.

With --seccomp it prints instead, in words, which system calls code behind glass may make on this processor.

Exit code: 0 when code can run here under the policy, 1 when something stands in the way. With --prove: 0 when
nothing escaped, every control succeeded and nothing was left out, else 1.

Example:
  belljar doctor
  belljar doctor --json
  belljar doctor --prove --only network
  belljar doctor --seccomp
`,
  options: {
    policy: { type: 'string' },
    python: { type: 'string' },
    seccomp: { type: 'boolean' },
    prove: { type: 'boolean' },
    only: { type: 'string' },
  },
  run: runDoctor,
};

async function runDoctor(invocation: Invocation): Promise<number> {
  const { values, io, signal } = invocation;
  if (isFlagSet(values, 'seccomp')) {
    printFilter(invocation);
    return 0;
  }
  if (isFlagSet(values, 'prove')) return runProof(invocation);
  if (stringOption(values, 'only') !== undefined) {
    throw new BelljarError('USAGE', '--only says what is to be proven, and goes with --prove');
  }
  const report = await inspectMachine({
    env: io.env,
    policyFile: stringOption(values, 'policy'),
    python: stringOption(values, 'python'),
    signal,
  });
  if (isFlagSet(values, 'json')) printJson(io, report);
  else printReport(report, io);
  return report.obstacles.length === 0 ? 0 : 1;
}

function printFilter({ values, io }: Invocation): void {
  const other = ['prove', 'only', 'policy', 'python'].find((name) => values[name] !== undefined);
  if (other !== undefined) throw new BelljarError('USAGE', `--seccomp goes without --${other}`);
  const words = describeFilter();
  if (isFlagSet(values, 'json')) printJson(io, { arch: process.arch, filter: words.split('\n') });
  else printLine(io, words);
}

function printReport(report: MachineReport, io: CommandIo): void {
  const { python, policy } = report;
  const facts: [string, string][] = [
    ['machine', `${report.platform}, kernel ${report.kernel}, as ${report.user}`],
    ['node', report.node],
    ['python', 'problem' in python ? python.problem : `${python.version} at ${python.executable}`],
    ['policy', 'problem' in policy ? policy.problem : policy.source],
    ['network', 'problem' in policy ? 'unknown' : describeNetwork(policy.hosts)],
    ['home', report.home],
  ];
  for (const [name, value] of facts) printLine(io, `${name.padEnd(9)}${value}`);
  const required = 'required' in policy ? policy.required : [];
  for (const { backend, available, why, capabilities } of report.backends) {
    printLine(io, `\nbackend ${backend}: ${available ? 'available' : 'not available'} (${why})`);
    for (const { name, status, why: reason } of capabilities) {
      const mark = required.includes(name) ? '*' : ' ';
      printLine(io, `  ${mark} ${name.padEnd(19)}${status.padEnd(10)}${reason}`);
    }
  }
  printLine(io, '\n* required by the policy');
  printVerdict(report, io);
}

function describeNetwork(hosts: readonly { readonly host: string; readonly ports: readonly number[] }[]): string {
  if (hosts.length === 0) return 'off';
  return `open to ${hosts.map(({ host, ports }) => `${host} (${ports.join(', ')})`).join(', ')}`;
}

function printVerdict({ obstacles }: MachineReport, io: CommandIo): void {
  if (obstacles.length === 0) {
    printLine(io, 'Code can run here.');
    return;
  }
  printLine(io, 'Code cannot run here:');
  for (const { what, remedy } of obstacles) {
    printLine(io, `  - ${what}`);
    if (remedy !== '') printLine(io, `    ${remedy}`);
  }
}
