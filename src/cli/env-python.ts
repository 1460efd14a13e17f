import { resolve } from 'node:path';

import { type BareInterpreter, parseRole } from '../belljar.ts';
import { BelljarError } from '../errors.ts';
import { ShownFolders, writePythonShim } from '../programs/index.ts';
import { ensureHome, resolveHome } from '../storage/index.ts';
import { localActor } from './actor.ts';
import { openFor, requireWorkspace } from './change-packages.ts';
import { type Command, type Invocation, isFlagSet, listOption, printJson, printLine, stringOption } from './command.ts';
import { shortKey } from './env-table.ts';
import { tellNewWorkspace } from './new-workspace.ts';
import { startProgress } from './progress.ts';
import { toVisible } from './terminal-text.ts';

export const envPythonCommand: Command = {
  positionals: 0,
  help: `
belljar env python -w NAME [OPTION…]

Prints the path of a program that other programs of this machine start like any python, and that runs the workspace's
Python behind glass: arguments, standard streams, exit code and signals are passed through. It works in the caller's folder
where that is shown, else in that of the workspace, and runs scripts of this machine where their folder is shown.

With --bare it prints the path of the environment's own Python instead, where the policy says runtime.bareInterpreter: allow.
Whatever starts it runs on this machine, with the rights of who starts it: no walls, no limits, no network rules. It stays
until room is wanted, those used last going last; “belljar env pin KEY” keeps it. It is on the record.

  -w, --workspace NAME  which workspace
  --show FOLDER         a folder of this machine that it sees, at the same path and read-only; may be given more than once
  --bare                the environment's own Python, without glass
  --actor ID            on whose behalf it runs, for the policy and the record (default: whoever starts it)
  --role ROLE           in which role (default: owner)
  --policy FILE         the policy (default: BELLJAR_POLICY, else the one in BELLJAR_HOME, else the built-in one)
  --json                one document

Exit code: 0; with --bare 76 an approver has to agree first, 77 denied.

Example:
  belljar env python -w notebook-1
`,
  options: {
    workspace: { type: 'string', short: 'w' },
    show: { type: 'string', multiple: true },
    bare: { type: 'boolean' },
    actor: { type: 'string' },
    role: { type: 'string' },
    policy: { type: 'string' },
  },
  run,
};

async function run(invocation: Invocation): Promise<number> {
  const { io, values } = invocation;
  if (isFlagSet(values, 'bare')) return printBare(invocation);
  const home = await ensureHome(resolveHome(io.env));
  const workspace = requireWorkspace(values);
  const shown = listOption(values, 'show').map((folder) => resolve(folder));
  const folders = new ShownFolders({ home });
  for (const folder of shown) await folders.bundleOf(folder);
  parseRole(stringOption(values, 'role') ?? 'owner');
  const options = ['actor', 'role', 'policy'].flatMap((name) => {
    // A program that starts the shim may have been started by somebody who never set the variable.
    const value = stringOption(values, name) ?? (name === 'policy' ? nonEmpty(io.env['BELLJAR_POLICY']) : undefined);
    if (value === undefined) return [];
    return [`--${name}=${name === 'policy' ? resolve(value) : value}`];
  });
  await tellWhereNew(invocation, workspace);
  const path = await writePythonShim({ home, workspace, shown, options });
  if (isFlagSet(values, 'json')) printJson(io, { python: path });
  else printLine(io, toVisible(path));
  return 0;
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

async function printBare(invocation: Invocation): Promise<number> {
  const { io, values, signal } = invocation;
  const workspace = requireWorkspace(values);
  if (listOption(values, 'show').length > 0) {
    throw new BelljarError(
      'USAGE',
      '--show is for a Python behind glass: with --bare it sees all that who starts it sees',
    );
  }
  await using belljar = await openFor(invocation);
  const { packages } = belljar.workspaces.use(workspace, localActor(values));
  const building = startProgress(io, 'building');
  try {
    const bare = await packages.bareInterpreter({
      signal,
      onProgress: ({ done, total }) => building.update(done, total),
    });
    building.end();
    if (isFlagSet(values, 'json')) printJson(io, bare);
    else tellBare(invocation, bare);
    return 0;
  } finally {
    building.end();
  }
}

function tellBare({ io }: Invocation, { python, environment, isPinned }: BareInterpreter): void {
  printLine(io, toVisible(python));
  const kept = isPinned ? '' : `; \`belljar env pin ${shortKey(environment)}\` keeps it when room is wanted`;
  io.stderr.write(`belljar: nothing holds what it runs${kept}\n`);
}

async function tellWhereNew(invocation: Invocation, workspace: string): Promise<void> {
  await using belljar = await openFor(invocation);
  await tellNewWorkspace(belljar, invocation, workspace);
}
