import { once } from 'node:events';

import {
  type Belljar,
  type RequestedLimits,
  type RunEvent,
  type RunRequest,
  type RunResult,
  describeOutcome,
  exitCodeOf,
  formatBytes,
} from '../belljar.ts';
import { type CommandIo, type Invocation, isFlagSet, printJson, readerLeft } from './command.ts';
import { openSession } from './run-session.ts';
import { toVisible } from './terminal-text.ts';

export interface Wanted<Request> {
  readonly invocation: Invocation;
  readonly request: Request;
  readonly requested: RequestedLimits;
  /** The key of the environment that it has. */
  readonly environment?: string | undefined;
}

/** Runs a file as `python FILE` would. Resolves to its exit code. */
export function runScript(belljar: Belljar, wanted: Wanted<RunRequest>): Promise<number> {
  return isFlagSet(wanted.invocation.values, 'json') ? runToDocument(belljar, wanted) : runToStreams(belljar, wanted);
}

async function runToStreams(belljar: Belljar, wanted: Wanted<RunRequest>): Promise<number> {
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

async function runToDocument(belljar: Belljar, wanted: Wanted<RunRequest>): Promise<number> {
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
  { invocation, request, requested, environment }: Wanted<RunRequest>,
  onEvent: (event: RunEvent) => unknown,
): Promise<RunResult> {
  await using session = await openSession(belljar, invocation, { requested, environment });
  return await session.runScript(request, { onEvent, signal: invocation.signal });
}
