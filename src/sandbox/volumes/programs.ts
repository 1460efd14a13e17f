import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import { PassThrough, Readable, type Writable } from 'node:stream';

import { cancelled, refuseWhenCancelled } from '../../errors.ts';

/** The machine's own programs alone: what makes and mounts images runs as root. */
const folders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];
const env = { PATH: folders.join(':'), LC_ALL: 'C' };

const maxSaidCharacters = 16 * 1024;

export interface ProgramEnd {
  /** Undefined where it could not be started, and -1 where a signal ended it. */
  readonly code: number | undefined;
  /** The end of what it wrote to standard error. */
  readonly said: string;
}

/** A program whose input and output are written and read by the caller. */
export interface Program {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Never rejects: one that could not be started has ended too, without any output. */
  readonly end: Promise<ProgramEnd>;
  readonly kill: () => void;
}

/**
 * Runs one of the machine's programs to its end; how it ended is a value.
 *
 * @throws CANCELLED where the signal ended it, once it is gone.
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<ProgramEnd & { output: string }> {
  refuseWhenCancelled(signal);
  const { stdin, stdout, end, kill } = startProgram(program, args);
  const output = keepEnd(stdout);
  stdin.end();
  signal?.addEventListener('abort', kill);
  const { code, said } = await end;
  signal?.removeEventListener('abort', kill);
  if (signal?.aborted === true && code !== 0) throw cancelled(signal);
  return { code, said, output: output() };
}

/** Starts one of the machine's programs; that it could not be started is told by its end. */
export function startProgram(program: string, args: readonly string[]): Program {
  try {
    const child = spawn(program, args, { env, cwd: '/', stdio: 'pipe' });
    // Where descriptors have run out there is a child without streams, and an error to come.
    if ((child as Partial<ChildProcessWithoutNullStreams>).stdin === undefined) {
      return unstarted(once(child, 'error').then(([error]) => error as Error));
    }
    child.stdin.on('error', () => undefined); // it does not read: its end says why
    const kill = (): void => void child.kill('SIGKILL');
    return { stdin: child.stdin, stdout: child.stdout, end: endOf(child), kill };
  } catch (error) {
    return unstarted(Promise.resolve(error as Error));
  }
}

function unstarted(error: Promise<Error>): Program {
  const end = error.then(({ message }) => ({ code: undefined, said: message }));
  return { stdin: new PassThrough().resume(), stdout: Readable.from([]), end, kill: () => undefined };
}

async function endOf(child: ChildProcessWithoutNullStreams): Promise<ProgramEnd> {
  const said = keepEnd(child.stderr);
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    return { code: code ?? -1, said: said().trim() };
  } catch (error) {
    return { code: undefined, said: (error as Error).message };
  }
}

function keepEnd(stream: Readable): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (piece: string) => (text = (text + piece).slice(-maxSaidCharacters)));
  return () => text;
}

/** The first of these that this machine lacks. */
export async function findMissing(programs: readonly string[]): Promise<string | undefined> {
  for (const program of programs) {
    const found = await Promise.all(folders.map((folder) => isExecutable(join(folder, program))));
    if (!found.includes(true)) return program;
  }
  return undefined;
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
