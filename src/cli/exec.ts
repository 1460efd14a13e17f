import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';

import {
  describeProgramEnd,
  type Program,
  type ProgramEnd,
  programExitCode,
  type StartedProgram,
  type WorkspaceProgramOptions,
} from '../belljar.ts';
import { BelljarError } from '../errors.ts';
import { readSettings } from '../settings/index.ts';
import { resolveHome } from '../storage/index.ts';
import { localActor } from './actor.ts';
import { openFor, requireWorkspace } from './change-packages.ts';
import { type Command, type Invocation, isFlagSet, listOption, printJson, readerLeft } from './command.ts';
import { readLimits } from './limits.ts';
import { tellNewWorkspace } from './new-workspace.ts';
import { chooseFolder, choosePythonVariables, pythonCommand, requireScriptShown } from './python-arguments.ts';
import { toVisible } from './terminal-text.ts';

export const execCommand: Command = {
  positionals: Infinity,
  help: `
belljar exec -w NAME [OPTION…] -- COMMAND [ARGUMENT…]
belljar exec -w NAME --interpreter [OPTION…] -- [ARGUMENT…]

Runs any command behind glass, on the files of a workspace and with the environment of what it declares: PATH,
VIRTUAL_ENV and QUARTO_PYTHON lead to it. Standard input, output and error are passed through; Ctrl-C interrupts the command,
a second one ends it. Whoever may not install packages gets the base interpreter, and is told so.

  -w, --workspace NAME  which workspace
  --show FOLDER         a folder of this machine that the command sees, at the same path and read-only; may be given more
                        than once
  --interpreter         run the workspace's Python, as what “belljar env python” names does; no command is given
  --timeout TIME        time on the clock (30s, 5m)
  --memory SIZE         memory of all its processes together (256MB, 1GiB)
  --cpu-time TIME       time on the processors
  --cpus N              processors; parts of one are allowed
  --processes N         processes and threads
  --python PROGRAM      the CPython to run with (default: BELLJAR_PYTHON, else the machine's python3)
  --policy FILE         the policy (default: BELLJAR_POLICY, else the one in BELLJAR_HOME, else the built-in one)
  --actor ID            who asks, for the policy and the record (default: your user name)
  --role ROLE           in which role (default: owner)
  --json                one document with outcome, output and usage instead of the streams

Exit code: the command's own, or 128 and the signal that ended it; 127 there is no such command inside, 124 out of time,
137 out of memory, 153 it printed too much, 77 the policy said no, 125 Belljar itself failed.

Example:
  belljar exec -w notebook-1 -- python -c 'print(6 * 7)'
`,
  options: {
    workspace: { type: 'string', short: 'w' },
    show: { type: 'string', multiple: true },
    interpreter: { type: 'boolean' },
    timeout: { type: 'string' },
    memory: { type: 'string' },
    'cpu-time': { type: 'string' },
    cpus: { type: 'string' },
    processes: { type: 'string' },
    python: { type: 'string' },
    policy: { type: 'string' },
    actor: { type: 'string' },
    role: { type: 'string' },
  },
  run,
};

async function run(invocation: Invocation): Promise<number> {
  const { values } = invocation;
  const workspace = requireWorkspace(values);
  const wanted = isFlagSet(values, 'interpreter') ? await wantPython(invocation) : wantCommand(invocation);
  await using belljar = await openFor(invocation);
  await tellNewWorkspace(belljar, invocation, workspace);
  const started = await belljar.workspaces.use(workspace, localActor(values)).startProgram({
    ...wanted,
    shown: listOption(values, 'show').map((folder) => resolve(folder)),
    requested: readLimits(values),
  });
  tellRemarks(started, invocation);
  const follow = isFlagSet(values, 'json') ? toDocument : toStreams;
  return await follow(started, invocation);
}

type Wanted = Pick<WorkspaceProgramOptions, 'argv' | 'env' | 'workingDirectory'>;

function wantCommand({ positionals: [command, ...args] }: Invocation): Wanted {
  if (command === undefined) throw new BelljarError('USAGE', 'name a command, behind --');
  return { argv: [command, ...args] };
}

/** As a `python` that is called where the caller is, as far as that is shown inside. */
async function wantPython({ positionals, values, io }: Invocation): Promise<Wanted> {
  const { programs } = await readSettings({ home: resolveHome(io.env), env: io.env });
  const ours = Object.values(programs).map(({ folder }) => folder);
  const [current, shown] = [process.cwd(), [...ours, ...listOption(values, 'show')]];
  requireScriptShown(positionals, current, shown);
  const workingDirectory = chooseFolder(current, shown);
  const env = choosePythonVariables(io.env);
  return { argv: pythonCommand(positionals), env, ...(workingDirectory !== undefined && { workingDirectory }) };
}

async function toStreams({ program }: StartedProgram, invocation: Invocation): Promise<number> {
  const { io } = invocation;
  const stopListening = passInterrupts(program, invocation);
  io.stdin.pipe(program.stdin);
  program.stdout.pipe(io.stdout, { end: false });
  program.stderr.pipe(io.stderr, { end: false });
  const [end] = await Promise.all([program.ended, readOut(program.stdout), readOut(program.stderr)]);
  stopListening();
  leaveInput(io.stdin);
  tellEnd(end, invocation);
  return programExitCode(end.outcome);
}

/** Resolves when all of it was passed on, or when nobody takes it. */
function readOut(stream: Readable): Promise<void> {
  return finished(stream).catch(() => undefined);
}

/** As much as the policy lets it print. */
async function toDocument({ program }: StartedProgram, invocation: Invocation): Promise<number> {
  const { buffer } = await import('node:stream/consumers');
  const stopListening = passInterrupts(program, invocation);
  program.stdin.end();
  const [stdout, stderr, end] = await Promise.all([buffer(program.stdout), buffer(program.stderr), program.ended]);
  stopListening();
  const exitCode = programExitCode(end.outcome);
  const remark = describeProgramEnd(end.outcome) ?? null;
  printJson(invocation.io, {
    ...end,
    exitCode,
    remark,
    stdout: stdout.toString('utf8'),
    stderr: stderr.toString('utf8'),
  });
  return exitCode;
}

/** The first interrupt is the command's to heed; after the second it is ended. Returns what stops listening. */
function passInterrupts(program: Program, { signal, onFurtherInterrupt }: Invocation): () => void {
  const onAbort = (): void => {
    if (signal.reason === readerLeft)
      program.stdout.destroy(); // as a pipe would tell it
    else program.signal(signal.reason instanceof BelljarError ? nameOf(signal.reason) : 'SIGTERM');
  };
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  onFurtherInterrupt?.(() => void program.close());
  return () => signal.removeEventListener('abort', onAbort);
}

function nameOf({ details }: BelljarError): NodeJS.Signals {
  return details['signal'] === 'SIGINT' || details['signal'] === 'SIGHUP' ? details['signal'] : 'SIGTERM';
}

/** What nobody wants any more must not keep the command. */
function leaveInput(stdin: Invocation['io']['stdin']): void {
  stdin.unpipe();
  stdin.destroy();
}

function tellRemarks({ program, remark }: StartedProgram, { io }: Invocation): void {
  if (remark !== undefined) io.stderr.write(`belljar: ${toVisible(remark)}\n`);
  if (program.notEnforced.length === 0) return;
  io.stderr.write(`belljar: not enforced here, as the policy allows: ${program.notEnforced.join(', ')}\n`);
}

function tellEnd({ outcome }: ProgramEnd, { io, signal }: Invocation): void {
  const remark = describeProgramEnd(outcome);
  if (remark === undefined || signal.reason === readerLeft) return;
  io.stderr.write(`belljar: ${toVisible(remark)}\n`);
  if (outcome.status === 'unstarted' && outcome.code === 127) {
    io.stderr.write(
      '  hint: A program of this machine is only there where its folder is shown, with --show FOLDER or by the settings.\n',
    );
  }
}
