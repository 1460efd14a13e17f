import { createReadStream } from 'node:fs';
import { access, constants } from 'node:fs/promises';

import { Belljar, type ImportResult } from '../belljar.ts';
import { BelljarError } from '../errors.ts';
import { localActor } from './actor.ts';
import { type Command, type CommandOptions, isFlagSet, printJson, printLine, stringOption } from './command.ts';
import { confirmPlan } from './confirm-plan.ts';
import { countSteps } from './plan-progress.ts';
import { startProgress } from './progress.ts';
import { toVisible } from './terminal-text.ts';

const options: CommandOptions = {
  as: { type: 'string' },
  yes: { type: 'boolean' },
  'build-sources': { type: 'boolean' },
  python: { type: 'string' },
  policy: { type: 'string' },
  actor: { type: 'string' },
  role: { type: 'string' },
};

export const workspaceImportCommand: Command = {
  positionals: 1,
  help: `
belljar workspace import FILE [--as NAME] [--yes] [OPTION…]

Makes a workspace of what “belljar workspace export” wrote. Nothing in the file is believed: its packages are found by name
and hash in the indexes of here, judged by the policy of here, and shown; then its files are placed. All of it is there
afterwards, or nothing.

  --as NAME         what it is called here (default: as it was called there)
  --yes             agree to what the policy allows, without being asked
  --build-sources   where the policy lets sources in: build those, behind glass, that do not say what they need
  --python PYTHON   the CPython that it has here: 3.12, or a path (default: the installation's, else one like there)
  --policy FILE     the policy (default: BELLJAR_POLICY, else the one in BELLJAR_HOME, else the built-in one)
  --actor ID        who asks, for the policy and the record (default: your user name)
  --role ROLE       in which role (default: owner)
  --json            one document

Exit code: 0 done, 65 the file is no whole bundle, or its packages cannot be had here, 73 there is a workspace of that name,
76 an approver or you have to agree first, 77 denied, 125 no Python like the one there is here.

Example:
  belljar workspace import notebook-1.tar --as notebook-2
`,
  options,
  run: async (invocation) => {
    const { io, values, signal, positionals } = invocation;
    const file = await requireFile(positionals[0]);
    await using belljar = await Belljar.open({ env: io.env, policyFile: stringOption(values, 'policy'), signal });
    const planning = startProgress(io, 'planning');
    const building = startProgress(io, 'building');
    try {
      const result = await belljar.workspaces.import(() => createReadStream(file) as AsyncIterable<Uint8Array>, {
        ...localActor(values),
        as: stringOption(values, 'as'),
        python: stringOption(values, 'python'),
        mayBuild: isFlagSet(values, 'build-sources'),
        signal,
        onPlanning: (state) => planning.update(...countSteps(state)),
        onProgress: ({ done, total }) => building.update(done, total),
        review: async (plan) => {
          planning.end();
          await confirmPlan(belljar.packages.approvals, invocation, { plan, what: 'import it' });
          return true;
        },
      });
      building.end();
      if (isFlagSet(values, 'json')) printJson(io, result);
      else for (const line of describe(result)) printLine(io, toVisible(line));
      return 0;
    } finally {
      planning.end();
      building.end();
    }
  },
};

async function requireFile(file = ''): Promise<string> {
  if (file === '') throw new BelljarError('USAGE', 'name the file of a bundle');
  try {
    await access(file, constants.R_OK);
    return file;
  } catch (cause) {
    const message = `cannot read ${file}: ${(cause as NodeJS.ErrnoException).code}`;
    throw new BelljarError('INPUT_UNREADABLE', message, { cause });
  }
}

function describe({ workspace, declaration, files, isSameTree }: ImportResult): string[] {
  const declared = declaration === undefined ? 'nothing' : declaration.requirements.join(', ');
  return [
    `${workspace}: declares ${declared}; ${files} ${files === 1 ? 'file' : 'files'}`,
    ...sayTree(isSameTree, declaration?.environment),
  ];
}

function sayTree(isSameTree: boolean | undefined, environment: string | null | undefined): string[] {
  if (environment === undefined || environment === null) return [];
  const key = `environment ${environment.slice(0, 16)}`;
  if (isSameTree === undefined)
    return [`${key}: the bundle does not say what its tree was, so nobody can tell whether it is the same`];
  return [
    isSameTree
      ? `${key}: the same tree as where it comes from`
      : `WARNING: ${key} is NOT the same tree as where it comes from`,
  ];
}
