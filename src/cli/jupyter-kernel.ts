import { type Program, programExitCode } from '../belljar.ts';
import { BelljarError } from '../errors.ts';
import { kernelArguments, kernelEnvironment, readConnectionFile, serveKernel } from '../jupyter/index.ts';
import { nameLauncher } from '../launcher.ts';
import { localActor } from './actor.ts';
import { openFor, requireWorkspace } from './change-packages.ts';
import { type Command, type Invocation, isFlagSet, printJson, stringOption } from './command.ts';
import { describeKernelEnd } from './kernel-end.ts';
import { readLimits } from './limits.ts';
import { toVisible } from './terminal-text.ts';

export const jupyterKernelCommand: Command = {
  positionals: 0,
  help: `
belljar jupyter kernel -w NAME -f FILE [OPTION…]

Runs a kernel with the packages of a workspace, for the Jupyter client that wrote the connection file. Jupyter calls it; a
person rarely has a reason to. SIGINT interrupts the kernel, SIGTERM ends it.

  -w, --workspace NAME        whose files and packages the kernel has
  -f, --connection-file FILE  what the client wrote: where it will connect, and the key of its messages
  --memory, --cpu-time, --cpus, --processes  limits that differ from those of the policy
  --python PROGRAM            the CPython that code runs with (default: BELLJAR_PYTHON, else the machine's python3)
  --policy FILE               the policy (default: BELLJAR_POLICY, else the one in BELLJAR_HOME, else the built-in one)
  --actor ID                  who asks, for the policy and the record (default: your user name)
  --role ROLE                 in which role (default: owner)
  --json                      how it ended, as one document; what the kernel prints goes to standard error

Exit code: that of the kernel, 0 after a shutdown; 66 the connection file cannot be used, 69 its ports are taken, 77 denied.

Example:
  belljar jupyter kernel -w notebook-1 -f /run/user/1000/jupyter/kernel-1.json
`,
  options: {
    workspace: { type: 'string', short: 'w' },
    'connection-file': { type: 'string', short: 'f' },
    memory: { type: 'string' },
    'cpu-time': { type: 'string' },
    cpus: { type: 'string' },
    processes: { type: 'string' },
    python: { type: 'string' },
    policy: { type: 'string' },
    actor: { type: 'string' },
    role: { type: 'string' },
  },
  run: serve,
};

async function serve(invocation: Invocation): Promise<number> {
  const { io, signal, takeInterrupts = ignoreInterrupts } = invocation;
  const connection = await readConnectionFile(requireFile(invocation));
  const { stderr, env } = io;
  const wantsJson = isFlagSet(invocation.values, 'json');
  const stdout = wantsJson ? stderr : io.stdout;
  const missing = describeMissing(requireWorkspace(invocation.values));
  const start = (): Promise<Program> => startKernel(invocation, { opened, missing });
  await using opened = new AsyncDisposableStack();
  const { outcome, usage } = await serveKernel({
    ...{ connection, start, stdout, stderr, env, signal, onInterrupt: takeInterrupts },
  });
  if (wantsJson) printJson(io, { outcome, usage });
  if (outcome.status === 'unstarted') {
    stderr.write(`${missing}\n`); // without an environment there is not even its Python
    return 1;
  }
  const said = describeKernelEnd(outcome);
  if (said !== undefined) stderr.write(`${said}\n`);
  return programExitCode(outcome);
}

interface Surroundings {
  readonly opened: AsyncDisposableStack;
  readonly missing: string;
}

async function startKernel(invocation: Invocation, { opened, missing }: Surroundings): Promise<Program> {
  const { io, values, signal } = invocation;
  const workspace = requireWorkspace(values);
  const belljar = opened.use(await openFor(invocation));
  const { program, remark } = await belljar.workspaces.use(workspace, localActor(values)).startProgram({
    argv: kernelArguments(missing),
    env: kernelEnvironment(io.env),
    requested: readLimits(values),
    isLasting: true,
    signal,
  });
  if (remark !== undefined) io.stderr.write(`belljar: ${toVisible(remark)}\n`);
  if (program.notEnforced.length > 0) {
    io.stderr.write(`belljar: not enforced here, as the policy allows: ${program.notEnforced.join(', ')}\n`);
  }
  return program;
}

function describeMissing(workspace: string): string {
  return toVisible(`belljar: “${workspace}” has no ipykernel: ${nameLauncher()} jupyter install brings it in`);
}

/** @throws USAGE */
function requireFile({ values }: Invocation): string {
  const file = stringOption(values, 'connection-file');
  if (file !== undefined && file !== '') return file;
  throw new BelljarError('USAGE', 'name the connection file of the client with -f');
}

function ignoreInterrupts(): Disposable {
  return { [Symbol.dispose]: () => undefined };
}
