import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { buffer } from 'node:stream/consumers';

import {
  Belljar,
  type RequestedLimits,
  type RunEvent,
  type RunResult,
  describeOutcome,
  exitCodeOf,
} from '../belljar.ts';
import { BelljarError } from '../errors.ts';
import { readLimits } from './limits.ts';
import { localActor } from './actor.ts';
import { type Command, type CommandIo, type Invocation, isFlagSet, printJson, stringOption } from './command.ts';

const maxSourceBytes = 16 * 1024 * 1024;

export const runCommand: Command = {
  summary: 'run a Python file behind glass',
  help: `
belljar run FILE|- [OPTION…] [-- ARGUMENT…]

Runs a Python file (or what comes on standard input, for “-”) in a sandbox: no network, no files of this machine, an
empty workspace that is gone afterwards, limits that the kernel enforces. Standard output and error are passed on as
they come; the code's own standard input is empty.

  --memory SIZE       memory of all its processes together (256MB, 1GiB)
  --timeout TIME      time on the clock (30s, 5m)
  --cpu-time TIME     time on the processors
  --cpus N            processors; parts of one are allowed
  --processes N       processes and threads
  --python PROGRAM    the CPython to run with (default: BELLJAR_PYTHON, else the machine's python3)
  --policy FILE       the policy (default: BELLJAR_POLICY, else the one in BELLJAR_HOME, else the built-in one)
  --actor ID          who asks, for the policy and the record (default: your user name)
  --role ROLE         in which role (default: owner)
  --json              one document with outcome, output and usage instead of the streams

Exit code: the code's own; 124 out of time, 137 out of memory, 130 interrupted, 77 the policy said no, 125 Belljar
itself failed.

Example:
  belljar run examples/hello.py
  echo 'print(6 * 7)' | belljar run - --memory 256MB --timeout 5s
`,
  options: {
    memory: { type: 'string' },
    timeout: { type: 'string' },
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
  const { values, positionals, io, signal } = invocation;
  const [file, ...args] = positionals;
  if (file === undefined) throw new BelljarError('USAGE', 'name a file to run, or - for standard input');
  const requested = readLimits(values);
  const code = await readSource(file, io);
  await using belljar = await Belljar.open({
    env: io.env,
    policyFile: stringOption(values, 'policy'),
    python: stringOption(values, 'python'),
    signal,
  });
  const request = { name: insideName(file), code, args };
  const job = { invocation, request, requested };
  return await (isFlagSet(values, 'json') ? runToDocument(belljar, job) : runToStreams(belljar, job));
}

interface RunJob {
  readonly invocation: Invocation;
  readonly request: { readonly name: string; readonly code: string; readonly args: readonly string[] };
  readonly requested: RequestedLimits;
}

async function runToStreams(belljar: Belljar, job: RunJob): Promise<number> {
  const { io } = job.invocation;
  const result = await execute(belljar, job, (event) => passOn(event, io));
  const remark = describeOutcome(result.outcome);
  if (remark !== undefined) io.stderr.write(`belljar: ${remark}\n`);
  else if (result.usage.memoryKills > 0)
    io.stderr.write('belljar: a process that the code started was ended at the memory limit\n');
  return exitCodeOf(result.outcome);
}

async function passOn(event: RunEvent, io: CommandIo): Promise<void> {
  if (event.type === 'cut') {
    io.stderr.write(`belljar: output beyond ${event.limitBytes} bytes is cut\n`);
    return;
  }
  const target = event.name === 'stdout' ? io.stdout : io.stderr;
  if (!target.write(event.bytes)) await once(target, 'drain');
}

async function runToDocument(belljar: Belljar, job: RunJob): Promise<number> {
  const output: Record<'stdout' | 'stderr', Uint8Array[]> = { stdout: [], stderr: [] };
  const result = await execute(belljar, job, (event) => {
    if (event.type === 'stream') output[event.name].push(event.bytes);
  });
  const exitCode = exitCodeOf(result.outcome);
  printJson(job.invocation.io, {
    ...result,
    exitCode,
    remark: describeOutcome(result.outcome) ?? null,
    stdout: Buffer.concat(output.stdout).toString('utf8'),
    stderr: Buffer.concat(output.stderr).toString('utf8'),
  });
  return exitCode;
}

async function execute(
  belljar: Belljar,
  { invocation, request, requested }: RunJob,
  onEvent: (event: RunEvent) => void | Promise<void>,
): Promise<RunResult> {
  const { values, signal } = invocation;
  const session = await belljar.sessions.open({ ...localActor(values), requested, signal });
  try {
    return await session.run(request, { onEvent, signal });
  } finally {
    await session.close();
  }
}

async function readSource(file: string, io: CommandIo): Promise<string> {
  const bytes = file === '-' ? await buffer(io.stdin) : await readNamed(file);
  if (bytes.length > maxSourceBytes) throw new BelljarError('USAGE', `${file} is larger than ${maxSourceBytes} bytes`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new BelljarError('INPUT_UNREADABLE', `${file} is not UTF-8`, { hint: 'Save it as UTF-8.', cause });
  }
}

async function readNamed(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new BelljarError('INPUT_UNREADABLE', `cannot read ${file}: ${(cause as NodeJS.ErrnoException).code}`, {
      cause,
    });
  }
}

/** The name that tracebacks show. */
function insideName(file: string): string {
  const name = file === '-' ? 'stdin.py' : basename(file);
  return /^[\w.-]{1,100}$/.test(name) && !name.startsWith('.') ? name : 'main.py';
}
