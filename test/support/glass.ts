import { spawnSync } from 'node:child_process';
import type { Duplex } from 'node:stream';

import { type Interpreter, findInterpreter } from '../../src/environments/index.ts';
import { ProcessBackend, type ProcessBackendOptions } from '../../src/sandbox/index.ts';
import {
  type LaunchLimits,
  type RunJournal,
  Session,
  type SessionLimits,
  describeBundles,
  openSandbox,
} from '../../src/sessions/index.ts';
import { RunnerLine } from '../../src/sessions/runner-line.ts';

const interpreter = findInterpreter();

export const roomyLimits: LaunchLimits & SessionLimits = {
  memoryBytes: 256 * 1024 * 1024,
  cpus: 1,
  processes: 32,
  cpuTimeMs: 60_000,
  wallTimeMs: 60_000,
  outputBytes: 10_000_000,
  diskBytes: 64 * 1024 * 1024,
  scratchBytes: 64 * 1024 * 1024,
  openFiles: 256,
};

export interface GlassResult {
  readonly status: string;
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** A session that the test must close, with limits that differ from the roomy ones where it says so. */
export async function openTestSession(
  limits: Partial<LaunchLimits & SessionLimits> = {},
  options: ProcessBackendOptions = {},
  acceptEgress?: (connection: Duplex) => void,
): Promise<Session> {
  return openSessionWith(await interpreter, { limits, options, acceptEgress });
}

/** A session with the line that it speaks by, for tests that ask the runner themselves. */
export async function openTestLine(): Promise<{ readonly line: RunnerLine; readonly session: Session }> {
  const { executable, parts } = await interpreter;
  const backend = new ProcessBackend(describeBundles(parts));
  const sandbox = await openSandbox(backend, { executable, limits: roomyLimits, require: [] });
  const line = await RunnerLine.open(sandbox, roomyLimits);
  return { line, session: new Session(line) };
}

interface TestSessionParts {
  readonly limits?: Partial<LaunchLimits & SessionLimits>;
  readonly options?: ProcessBackendOptions;
  readonly acceptEgress?: ((connection: Duplex) => void) | undefined;
  readonly journal?: RunJournal;
}

/** The same with a Python of the test's own choice. */
export async function openSessionWith(
  { executable, parts }: Interpreter,
  { limits = {}, options = {}, acceptEgress, journal }: TestSessionParts = {},
): Promise<Session> {
  const all = { ...roomyLimits, ...limits };
  const backend = new ProcessBackend(describeBundles(parts), options);
  const sandbox = await openSandbox(backend, { executable, limits: all, require: [], acceptEgress });
  return Session.over(sandbox, all, { journal });
}

/** Runs Python behind glass, as a user's file would be. */
export async function runInside(
  code: string,
  limits: Partial<LaunchLimits & SessionLimits> = {},
  options: ProcessBackendOptions = {},
): Promise<GlassResult> {
  await using session = await openTestSession(limits, options);
  return await runInSession(session, code);
}

export async function runInSession(session: Session, code: string): Promise<GlassResult> {
  const chunks: Record<'stdout' | 'stderr', Uint8Array[]> = { stdout: [], stderr: [] };
  const { outcome } = await session.runScript(
    { name: 'test.py', code, args: [] },
    {
      onEvent: (event) => {
        if (event.type === 'stream') chunks[event.name].push(event.bytes);
      },
    },
  );
  return {
    status: outcome.status,
    code: outcome.status === 'exited' ? outcome.code : undefined,
    stdout: Buffer.concat(chunks.stdout).toString('utf8'),
    stderr: Buffer.concat(chunks.stderr).toString('utf8'),
  };
}

/** The positive control: the same code by the same Python, with nothing around it. */
export async function runOutside(code: string): Promise<GlassResult> {
  const { executable } = await interpreter;
  const { status, stdout, stderr } = spawnSync(executable, ['-I', '-c', code], { encoding: 'utf8', timeout: 30_000 });
  return { status: 'exited', code: status ?? undefined, stdout, stderr };
}
