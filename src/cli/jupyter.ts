import { resolve } from 'node:path';

import { BelljarError } from '../errors.ts';
import {
  allKernelFolders,
  describeKernel,
  kernelFolder,
  type KernelPlace,
  listKernels,
  type RegisteredKernel,
  registerKernel,
  removeKernel,
  requireKernelName,
  requireNameFree,
  usualKernelName,
} from '../jupyter/index.ts';
import { launcherWords } from '../launcher.ts';
import { resolveHome } from '../storage/index.ts';
import { localActor } from './actor.ts';
import { changeOptions, changePackages, openFor, requireWorkspace } from './change-packages.ts';
import {
  type Command,
  type CommandOptions,
  type Invocation,
  isFlagSet,
  printJson,
  printLine,
  stringOption,
} from './command.ts';
import { readLimits } from './limits.ts';
import { toVisible } from './terminal-text.ts';

/** What the kernel is started with each time; what is left out is decided anew by the policy. */
const kernelOptions: CommandOptions = {
  memory: { type: 'string' },
  'cpu-time': { type: 'string' },
  cpus: { type: 'string' },
  processes: { type: 'string' },
  actor: { type: 'string' },
  role: { type: 'string' },
};

export const jupyterInstallCommand: Command = {
  positionals: 0,
  help: `
belljar jupyter install -w NAME [OPTION…]

Registers a kernel that every Jupyter client of this machine can start: it runs ipykernel behind glass, with the files and
packages of a workspace. Where the workspace has no ipykernel, that is planned, shown and brought in first.

  -w, --workspace NAME  which workspace
  --name KERNEL         the name by which Jupyter knows the kernel (default: belljar- and the workspace)
  --display-name TEXT   what Jupyter shows (default: Python and the workspace)
  --user                where Jupyter looks for your own kernels (the default)
  --prefix DIR          below an installation of Jupyter instead, such as a virtual environment
  --memory, --cpu-time, --cpus, --processes  limits that differ from those of the policy
  --yes                 agree to what the policy allows, without being asked
  --python PROGRAM      the CPython that code runs with (default: BELLJAR_PYTHON, else the machine's python3)
  --policy FILE         the policy (default: BELLJAR_POLICY, else the one in BELLJAR_HOME, else the built-in one)
  --actor ID            who asks, for the policy and the record (default: your user name)
  --role ROLE           in which role (default: owner)
  --json                one document

Exit code: 0 registered, 76 an approver or you have to agree to ipykernel first, 77 denied.

Example:
  belljar jupyter install -w notebook-1 --yes
`,
  options: {
    ...changeOptions,
    ...kernelOptions,
    name: { type: 'string' },
    'display-name': { type: 'string' },
    user: { type: 'boolean' },
    prefix: { type: 'string' },
  },
  run: install,
};

export const jupyterListCommand: Command = {
  positionals: 0,
  help: `
belljar jupyter list [OPTION…]

Prints the kernels of Belljar that Jupyter finds: yours, those of the machine, and those of the virtual environment that
is active.

  --prefix DIR  look below this installation too
  --json        one document

Exit code: 0.

Example:
  belljar jupyter list
`,
  options: { prefix: { type: 'string' } },
  run: list,
};

export const jupyterRemoveCommand: Command = {
  positionals: 1,
  help: `
belljar jupyter remove KERNEL [OPTION…]

Takes a registered kernel away. Its workspace stays as it is.

  --prefix DIR  look below this installation too
  --json        one document

Exit code: 0 removed, 1 there is none of that name.

Example:
  belljar jupyter remove belljar-notebook-1
`,
  options: { prefix: { type: 'string' } },
  run: remove,
};

async function install(invocation: Invocation): Promise<number> {
  const { io, values } = invocation;
  const workspace = requireWorkspace(values);
  const name = requireKernelName(stringOption(values, 'name') ?? usualKernelName(workspace));
  const folder = kernelFolder(readPlace(invocation), io.env);
  const spec = describeKernel({
    workspace,
    displayName: stringOption(values, 'display-name'),
    launcher: launcherWords(),
    options: optionsToKeep(invocation),
    env: surroundingsToKeep(io.env),
  });
  await requireNameFree(folder, name, spec); // before anybody is asked
  await bringKernel(invocation, workspace);
  const kernel = await registerKernel(folder, name, spec);
  if (isFlagSet(values, 'json')) printJson(io, kernel);
  else printLine(io, toVisible(`${name}: the kernel of ${workspace}, in ${kernel.folder}`));
  return 0;
}

async function list({ io, values }: Invocation): Promise<number> {
  const kernels = await listKernels(allKernelFolders(io.env, stringOption(values, 'prefix')));
  if (isFlagSet(values, 'json')) printJson(io, { kernels });
  else if (kernels.length === 0) printLine(io, 'no kernel of Belljar is registered');
  else for (const kernel of kernels) printLine(io, toVisible(describe(kernel)));
  return 0;
}

async function remove({ io, values, positionals: [name] }: Invocation): Promise<number> {
  if (name === undefined) throw new BelljarError('USAGE', 'name the kernel that is to be removed');
  const removed = await removeKernel(allKernelFolders(io.env, stringOption(values, 'prefix')), name);
  if (isFlagSet(values, 'json')) printJson(io, { removed: removed ?? null });
  else if (removed === undefined) printLine(io, toVisible(`there is no kernel ${name}`));
  else printLine(io, toVisible(`${name} is not registered any more; ${removed.workspace} stays`));
  return removed === undefined ? 1 : 0;
}

/** Has the workspace declare ipykernel, where nothing of what it declares brings that. */
async function bringKernel(invocation: Invocation, workspace: string): Promise<void> {
  if (await hasKernel(invocation, workspace)) return;
  const { io, values } = invocation;
  io.stderr.write(`belljar: “${toVisible(workspace)}” has no ipykernel, which a kernel needs\n`);
  // What is told of it on the way is no part of the one document that --json promises.
  const beside = { ...invocation, values: { ...values, json: false }, io: { ...io, stdout: io.stderr } };
  await changePackages(beside, { what: 'install ipykernel', workspace }, (packages, options) =>
    packages.install(['ipykernel'], options),
  );
}

async function hasKernel(invocation: Invocation, workspace: string): Promise<boolean> {
  await using belljar = await openFor(invocation);
  const declared = await belljar.workspaces.use(workspace, localActor(invocation.values)).packages.show();
  const lock = declared?.lock ?? null;
  const found = lock === null ? undefined : await belljar.packages.plans.findLock(lock);
  return found?.packages.some(({ name }) => name === 'ipykernel') ?? false;
}

/** @throws USAGE where there are two. */
function readPlace({ values }: Invocation): KernelPlace {
  const prefix = stringOption(values, 'prefix');
  if (prefix === undefined) return { kind: 'user' };
  if (!isFlagSet(values, 'user') && prefix !== '') return { kind: 'prefix', folder: prefix };
  throw new BelljarError('USAGE', prefix === '' ? '--prefix must not be empty' : 'say either --user or --prefix');
}

/** As options in one word each; paths hold from every folder. */
function optionsToKeep({ values }: Invocation): string[] {
  readLimits(values); // said now, where somebody reads it
  const kept = Object.keys(kernelOptions).map((name) => [name, stringOption(values, name)] as const);
  const policy = stringOption(values, 'policy');
  const python = stringOption(values, 'python');
  const all = [
    ...kept,
    ['policy', policy === undefined ? undefined : resolve(policy)],
    ['python', python === undefined ? undefined : fromEverywhere(python)],
  ] as const;
  return all.flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`]));
}

/** How each is the same from every folder. */
const surroundings = { BELLJAR_POLICY: resolve, BELLJAR_PYTHON: fromEverywhere, BELLJAR_NODE: fromEverywhere };

/** Jupyter may have been started by somebody who never set these, and starts kernels in the folders of notebooks. */
function surroundingsToKeep(env: NodeJS.ProcessEnv): Record<string, string> {
  const named = Object.entries(surroundings).flatMap(([name, keep]) => {
    const value = env[name];
    return value === undefined || value === '' ? [] : [[name, keep(value)] as const];
  });
  return { BELLJAR_HOME: resolve(resolveHome(env)), ...Object.fromEntries(named) };
}

/** A program that is looked for on PATH stays so. */
function fromEverywhere(program: string): string {
  return program.includes('/') ? resolve(program) : program;
}

function describe({ name, workspace, folder, home }: RegisteredKernel): string {
  return `${name}  ${workspace}  ${folder}  (home ${home})`;
}
