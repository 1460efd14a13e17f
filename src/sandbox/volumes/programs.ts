import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

/** The machine's own programs alone: what makes and mounts images runs as root. */
const folders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];
const env = { PATH: folders.join(':'), LC_ALL: 'C' };

const maxSaidCharacters = 16 * 1024;

export interface ProgramEnd {
  /** Undefined where it could not be started. */
  readonly code: number | undefined;
  /** The end of what it wrote to standard error. */
  readonly said: string;
}

/** Runs one of the machine's programs to its end; how it ended is a value. */
export async function runProgram(program: string, args: readonly string[]): Promise<ProgramEnd & { output: string }> {
  const child = startProgram(program, args);
  const output = keepEnd(child.stdout);
  child.stdin.end();
  return { ...(await endOf(child)), output: output() };
}

/** As a program whose input and output are written and read by the caller. */
export function startProgram(program: string, args: readonly string[]): ChildProcessWithoutNullStreams {
  const child = spawn(program, args, { env, cwd: '/', stdio: 'pipe' });
  child.stdin.on('error', () => undefined); // it does not read: its end says why
  return child;
}

/** Waits for the end of a program, reading what it complains of. */
export async function endOf(child: ChildProcessWithoutNullStreams): Promise<ProgramEnd> {
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
