import type { Declaration } from '../belljar.ts';
import { BelljarError } from '../errors.ts';
import { localActor } from './actor.ts';
import { describeResult, openFor } from './change-packages.ts';
import { type Command, type CommandOptions, type Invocation, isFlagSet, printJson, printLine } from './command.ts';
import { startProgress } from './progress.ts';
import { toVisible } from './terminal-text.ts';

const options: CommandOptions = {
  policy: { type: 'string' },
  actor: { type: 'string' },
  role: { type: 'string' },
};

const optionsHelp = `  --policy FILE     the policy (default: BELLJAR_POLICY, else the one in BELLJAR_HOME, else the built-in one)
  --actor ID        who asks, for the policy and the record (default: your user name)
  --role ROLE       in which role (default: owner)
  --json            one document
`;

export const workspaceListCommand: Command = {
  positionals: 0,
  help: `
belljar workspace list [OPTION…]

Prints the workspaces that declare packages, those changed last first.

${optionsHelp}
Example:
  belljar workspace list
`,
  options,
  run: async (invocation) => {
    await using belljar = await openFor(invocation);
    const all = await belljar.workspaces.list();
    if (isFlagSet(invocation.values, 'json')) printJson(invocation.io, { workspaces: all });
    else for (const each of all) printVisible(invocation, describe(each));
    return 0;
  },
};

export const workspaceShowCommand: Command = {
  positionals: 1,
  help: `
belljar workspace show NAME [OPTION…]

Prints what a workspace declares, the Python and the base that it stands on, and the lock and the environment that came of it.

${optionsHelp}
Example:
  belljar workspace show notebook-1
`,
  options,
  run: async (invocation) => {
    const name = requireName(invocation);
    await using belljar = await openFor(invocation);
    const found = await belljar.workspaces.use(name, localActor(invocation.values)).packages.show();
    if (isFlagSet(invocation.values, 'json')) printJson(invocation.io, { workspace: found ?? null });
    else if (found === undefined) printVisible(invocation, `${name} declares nothing`);
    else for (const line of describeWhole(found)) printVisible(invocation, line);
    return 0;
  },
};

export const workspaceHistoryCommand: Command = {
  positionals: 1,
  help: `
belljar workspace history NAME [OPTION…]

Prints every state of what a workspace declared, the newest first, with who made it.

${optionsHelp}
Example:
  belljar workspace history notebook-1
`,
  options,
  run: async (invocation) => {
    const name = requireName(invocation);
    await using belljar = await openFor(invocation);
    const history = await belljar.workspaces.use(name, localActor(invocation.values)).packages.history();
    if (isFlagSet(invocation.values, 'json')) printJson(invocation.io, { history });
    for (const { number, time, kind, actor, requirements } of isFlagSet(invocation.values, 'json') ? [] : history) {
      printVisible(invocation, `${number}  ${time}  ${kind.padEnd(9)}  ${actor.id}  ${listed(requirements)}`);
    }
    return 0;
  },
};

export const workspaceRollbackCommand: Command = {
  positionals: 2,
  help: `
belljar workspace rollback NAME [NUMBER] [OPTION…]

Goes back to what a workspace declared before, with the versions of that time: to a number of its history, else to the state
before this one. It is judged by the policy of today.

${optionsHelp}
Exit code: 0 done, 76 an approver has to agree first, 77 denied.

Example:
  belljar workspace rollback notebook-1 2
`,
  options,
  run: async (invocation) => {
    const name = requireName(invocation);
    const { io, values, signal } = invocation;
    const to = readNumber(invocation.positionals[1]);
    await using belljar = await openFor(invocation);
    const progress = startProgress(io, 'building');
    try {
      const onProgress = ({ done, total }: { done: number; total: number }): void => progress.update(done, total);
      const { packages } = belljar.workspaces.use(name, localActor(values));
      const result = await packages.rollback(to, { signal, onProgress });
      progress.end();
      if (isFlagSet(values, 'json')) printJson(io, result);
      else for (const line of describeResult(name, result)) printVisible(invocation, line);
      return 0;
    } finally {
      progress.end();
    }
  },
};

export const workspaceRemoveCommand: Command = {
  positionals: 1,
  help: `
belljar workspace remove NAME [OPTION…]

Forgets what a workspace declared, and the history of that. Its files stay, and the environments that others have too.

${optionsHelp}
Example:
  belljar workspace remove notebook-1
`,
  options,
  run: async (invocation) => {
    const name = requireName(invocation);
    await using belljar = await openFor(invocation);
    const isRemoved = await belljar.workspaces.use(name, localActor(invocation.values)).remove();
    if (isFlagSet(invocation.values, 'json')) printJson(invocation.io, { isRemoved });
    else printVisible(invocation, isRemoved ? `${name} declares nothing any more` : `${name} declared nothing`);
    return 0;
  },
};

function requireName({ positionals: [name] }: Invocation): string {
  if (name === undefined || name === '') throw new BelljarError('USAGE', 'name a workspace');
  return name;
}

function readNumber(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new BelljarError('USAGE', `“${text}” is no number of the history`);
}

function describe({ name, changed, requirements }: Declaration): string {
  return `${name}  ${changed}  ${listed(requirements)}`;
}

function describeWhole(declaration: Declaration): string[] {
  const { number, requirements, lock, environment, changed } = declaration;
  return [
    ...(requirements.length === 0 ? ['nothing'] : requirements),
    '',
    `state ${number}, of ${changed}`,
    ...describeFooting(declaration),
    `lock ${lock ?? '-'}`,
    `environment ${environment ?? '-'}`,
  ];
}

function describeFooting({ python, interpreter, base, asked }: Declaration): string[] {
  const who = (isAsked: boolean): string => (isAsked ? '' : ', as the installation has it');
  return [
    `python ${python}${interpreter === null ? '' : ` (${interpreter})`}${who(asked.python !== undefined)}`,
    `base ${base ?? '-'}${base === null && asked.base === undefined ? '' : who(asked.base !== undefined)}`,
  ];
}

function listed(requirements: readonly string[]): string {
  return requirements.length === 0 ? 'nothing' : requirements.join(', ');
}

function printVisible({ io }: Invocation, line: string): void {
  printLine(io, toVisible(line));
}
