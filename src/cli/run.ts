import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { addAbortSignal } from 'node:stream';

import {
  Belljar,
  type RequestedLimits,
  type RunEvent,
  type RunRequest,
  type RunResult,
  describeOutcome,
  exitCodeOf,
  formatBytes,
} from '../belljar.ts';
import { BelljarError, refuseWhenCancelled } from '../errors.ts';
import { readLimits } from './limits.ts';
import { localActor } from './actor.ts';
import { toVisible } from './terminal-text.ts';
import {
  type Command,
  type CommandIo,
  type Invocation,
  isFlagSet,
  printJson,
  readerLeft,
  stringOption,
} from './command.ts';

const maxSourceBytes = 16 * 1024 * 1024;

export const runCommand: Command = {
  positionals: Infinity,
  help: `
belljar run FILE|- [OPTION…] [-- ARGUMENT…]

Runs a Python file (or what comes on standard input, for “-”) in a sandbox: no network but what the policy opens, no
files of this machine, an empty workspace that is gone afterwards, limits that the kernel enforces. Standard output and
error are passed on as they come; the code's own standard input is empty.

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
  const code = await readSource(file, invocation);
  await using belljar = await Belljar.open({
    env: io.env,
    policyFile: stringOption(values, 'policy'),
    python: stringOption(values, 'python'),
    signal,
  });
  const request = { name: insideName(file), code, args };
  const wanted = { invocation, request, requested };
  return await (isFlagSet(values, 'json') ? runToDocument(belljar, wanted) : runToStreams(belljar, wanted));
}

interface Wanted {
  readonly invocation: Invocation;
  readonly request: RunRequest;
  readonly requested: RequestedLimits;
}

async function runToStreams(belljar: Belljar, wanted: Wanted): Promise<number> {
  const { io, signal, abandonOutput } = wanted.invocation;
  const result = await runInSession(belljar, wanted, (event) => passOn(event, io, signal));
  if (result.outcome.status === 'timeout' || result.outcome.status === 'cancelled') abandonOutput?.();
  if (signal.reason === readerLeft) return exitCodeOf(result.outcome);
  const remark = describeResult(result);
  if (remark !== undefined) io.stderr.write(`belljar: ${toVisible(remark)}\n`);
  return exitCodeOf(result.outcome);
}

/** One line for a person, where there is something to add to what the code said itself. */
function describeResult({ outcome, usage }: RunResult): string | undefined {
  const remark = describeOutcome(outcome);
  if (remark !== undefined) return remark;
  if (usage.memoryKills > 0) return 'a process that the code started was ended at the memory limit';
  if (usage.refusedForks > 0) return 'the code was refused processes or threads beyond its limit (--processes)';
  return undefined;
}

/** Resolves when the reader has taken it: a slow one slows the code. */
async function passOn(event: RunEvent, io: CommandIo, signal: AbortSignal): Promise<void> {
  if (event.type === 'cut') {
    io.stderr.write(`belljar: output beyond ${formatBytes(event.limitBytes)} is cut\n`);
    return;
  }
  const target = event.name === 'stdout' ? io.stdout : io.stderr;
  if (signal.reason === readerLeft || target.write(event.bytes)) return;
  // Interrupted, what is still printed may pile up: it is the end of it.
  if (!signal.aborted) await once(target, 'drain', { signal }).catch(() => undefined);
}

async function runToDocument(belljar: Belljar, wanted: Wanted): Promise<number> {
  const output: Record<'stdout' | 'stderr', Uint8Array[]> = { stdout: [], stderr: [] };
  const result = await runInSession(belljar, wanted, (event) => {
    if (event.type === 'stream') output[event.name].push(event.bytes);
  });
  const exitCode = exitCodeOf(result.outcome);
  printJson(wanted.invocation.io, {
    ...result,
    exitCode,
    remark: describeResult(result) ?? null,
    stdout: Buffer.concat(output.stdout).toString('utf8'),
    stderr: Buffer.concat(output.stderr).toString('utf8'),
  });
  return exitCode;
}

async function runInSession(
  belljar: Belljar,
  { invocation, request, requested }: Wanted,
  onEvent: (event: RunEvent) => unknown,
): Promise<RunResult> {
  const { values, signal } = invocation;
  await using session = await belljar.sessions.open({ ...localActor(values), requested, signal });
  if (session.notEnforced.length > 0) {
    invocation.io.stderr.write(`belljar: not enforced here, as the policy allows: ${session.notEnforced.join(', ')}\n`);
  }
  return await session.runScript(request, { onEvent, signal });
}

async function readSource(file: string, { io, signal }: Invocation): Promise<string> {
  const stream = file === '-' ? io.stdin : createReadStream(file);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of addAbortSignal(signal, stream) as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > maxSourceBytes) throw new BelljarError('USAGE', `${file} is larger than ${maxSourceBytes} bytes`);
    }
  } catch (cause) {
    refuseWhenCancelled(signal);
    if (cause instanceof BelljarError) throw cause;
    throw new BelljarError('INPUT_UNREADABLE', `cannot read ${file}: ${(cause as NodeJS.ErrnoException).code}`, {
      cause,
    });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    throw new BelljarError('INPUT_UNREADABLE', `${file} is not UTF-8`, { hint: 'Save it as UTF-8.', cause });
  }
}

/** The name that tracebacks show. */
function insideName(file: string): string {
  const name = file === '-' ? 'stdin.py' : basename(file);
  return /^[\p{L}\p{N}_][\p{L}\p{N}\p{M}_. ()+,=-]{0,99}$/u.test(name) ? name : 'main.py';
}
