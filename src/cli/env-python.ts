import { resolve } from 'node:path';

import { parseRole } from '../belljar.ts';
import { ShownFolders, writePythonShim } from '../programs/index.ts';
import { ensureHome, resolveHome } from '../storage/index.ts';
import { requireWorkspace } from './change-packages.ts';
import { type Command, type Invocation, isFlagSet, listOption, printJson, printLine, stringOption } from './command.ts';
import { toVisible } from './terminal-text.ts';

export const envPythonCommand: Command = {
  positionals: 0,
  help: `
belljar env python -w NAME [OPTION…]

Prints the path of a program that other programs of this machine start like any python, and that runs the workspace's
Python behind glass: arguments, standard streams, exit code and signals are passed through. It works in the caller's folder
where that is shown, else in that of the workspace, and runs scripts of this machine where their folder is shown.

  -w, --workspace NAME  which workspace
  --show FOLDER         a folder of this machine that it sees, at the same path and read-only; may be given more than once
  --actor ID            on whose behalf it runs, for the policy and the record (default: whoever starts it)
  --role ROLE           in which role (default: owner)
  --policy FILE         the policy (default: BELLJAR_POLICY, else the one in BELLJAR_HOME, else the built-in one)
  --json                one document

Example:
  belljar env python -w notebook-1
`,
  options: {
    workspace: { type: 'string', short: 'w' },
    show: { type: 'string', multiple: true },
    actor: { type: 'string' },
    role: { type: 'string' },
    policy: { type: 'string' },
  },
  run,
};

async function run({ io, values }: Invocation): Promise<number> {
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
  const path = await writePythonShim({ home, workspace, shown, options });
  if (isFlagSet(values, 'json')) printJson(io, { python: path });
  else printLine(io, toVisible(path));
  return 0;
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
