import type { Declaration, PastDeclaration, WorkspaceSummary } from '../belljar.ts';
import { BelljarError } from '../errors.ts';
import { formatBytes } from '../units.ts';
import { checkWorkspaceName } from '../workspace-name.ts';
import { localActor } from './actor.ts';
import { openFor } from './change-packages.ts';
import { type Command, type CommandOptions, type Invocation, isFlagSet, printJson, printLine } from './command.ts';
import { toVisible } from './terminal-text.ts';

export const workspaceOptions: CommandOptions = {
  policy: { type: 'string' },
  actor: { type: 'string' },
  role: { type: 'string' },
};

export const workspaceHelp = `  --policy FILE     the policy (default: BELLJAR_POLICY, else the one in BELLJAR_HOME, else the built-in one)
  --actor ID        who asks, for the policy and the record (default: your user name)
  --role ROLE       in which role (default: owner)
  --json            one document
`;

export const workspaceListCommand: Command = {
  positionals: 0,
  help: `
belljar workspace list [OPTION…]

Prints the workspaces: what each declares, those changed last first, and what its files take on the disk.

${workspaceHelp}
Example:
  belljar workspace list
`,
  options: workspaceOptions,
  run: async (invocation) => {
    await using belljar = await openFor(invocation);
    const all = await belljar.workspaces.summarize();
    if (isFlagSet(invocation.values, 'json')) printJson(invocation.io, { workspaces: all });
    else if (all.length === 0) printVisible(invocation, 'there is no workspace yet');
    else for (const each of all) printVisible(invocation, describe(each));
    return 0;
  },
};

export const workspaceShowCommand: Command = {
  positionals: 1,
  help: `
belljar workspace show NAME [OPTION…]

Prints what a workspace declares, the Python and the base that it stands on, the lock and the environment that came of it, and
what its files take on the disk.

${workspaceHelp}
Example:
  belljar workspace show notebook-1
`,
  options: workspaceOptions,
  run: async (invocation) => {
    const name = requireName(invocation);
    await using belljar = await openFor(invocation);
    const workspace = belljar.workspaces.use(name, localActor(invocation.values));
    const found = await workspace.packages.show();
    const filesBytes = await workspace.filesBytes();
    if (isFlagSet(invocation.values, 'json')) printJson(invocation.io, { workspace: found ?? null, filesBytes });
    else {
      const lines = found === undefined ? [`${name} declares nothing`] : describeWhole(found);
      for (const line of [...lines, describeFiles(filesBytes)]) printVisible(invocation, line);
    }
    return 0;
  },
};

export const workspaceHistoryCommand: Command = {
  positionals: 1,
  help: `
belljar workspace history NAME [OPTION…]

Prints every state of what a workspace declared, the newest first, with who made it.

${workspaceHelp}
Example:
  belljar workspace history notebook-1
`,
  options: workspaceOptions,
  run: async (invocation) => {
    const name = requireName(invocation);
    await using belljar = await openFor(invocation);
    const history = await belljar.workspaces.use(name, localActor(invocation.values)).packages.history();
    if (isFlagSet(invocation.values, 'json')) printJson(invocation.io, { history });
    else if (history.length === 0) printVisible(invocation, `${name} never declared anything`);
    else for (const each of history) printVisible(invocation, describePast(each));
    return 0;
  },
};

/** @throws USAGE */
export function requireName({ positionals: [name] }: Invocation): string {
  if (name === undefined) throw new BelljarError('USAGE', 'name a workspace');
  return checkWorkspaceName(name);
}

function describe({ name, declaration, filesBytes }: WorkspaceSummary): string {
  const { changed = '-', requirements = [] } = declaration ?? {};
  return `${name}  ${changed}  ${listed(requirements)}  ${describeFiles(filesBytes)}`;
}

function describePast({ number, time, kind, actor, requirements }: PastDeclaration): string {
  return `${number}  ${time}  ${kind.padEnd(9)}  ${actor.id}  ${listed(requirements)}`;
}

/** What the files of a workspace take, in words. */
export function describeFiles(bytes: number | null | undefined): string {
  if (bytes === null) return 'no files';
  return bytes === undefined ? 'files that cannot be measured' : `${formatBytes(bytes)} of files`;
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

export function printVisible({ io }: Invocation, line: string): void {
  printLine(io, toVisible(line));
}
