import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import type { Prerequisite } from '../support/prerequisite.ts';

const requirements = fileURLToPath(new URL('requirements.txt', import.meta.url));
const program = fileURLToPath(new URL('packaging_reference.py', import.meta.url));
const cache = fileURLToPath(new URL('../../.cache', import.meta.url));

const key = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 16);
const environment = join(cache, `packaging-${key}`);

/** Python's `packaging`, of the version that requirements.txt pins, in a virtual environment of its own. */
export const packagingReference: Prerequisite = {
  what: 'python3 with venv, and a package index that pip can reach once',
  holds: existsSync(environment) || makeEnvironment(),
};

/** Asks a Python program all questions at once. */
export function askPackaging<Answer>(questions: readonly Record<string, unknown>[], file = program): Promise<Answer[]> {
  return askPackagingProgram({ program: file, args: [], questions });
}

interface Questions {
  /** A Python program that answers each line with a line, with `packaging` at hand. */
  readonly program: string;
  readonly args: readonly string[];
  readonly questions: readonly unknown[];
}

export async function askPackagingProgram<Answer>({ program: file, args, questions }: Questions): Promise<Answer[]> {
  const python = join(environment, 'bin', 'python');
  const child = spawn(python, ['-I', file, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  child.stdin.end(questions.map((question) => `${JSON.stringify(question)}\n`).join(''));
  const [answers, code] = await Promise.all([text(child.stdout), closed]);
  if (code !== 0) throw new Error(`the Python program ended with ${code}`);
  return answers
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Answer);
}

/** Made aside and moved into place: tests in other processes may want it at the same time. */
function makeEnvironment(): boolean {
  mkdirSync(cache, { recursive: true });
  const draft = mkdtempSync(join(cache, 'packaging-draft-'));
  try {
    const isMade = succeeds('python3', ['-m', 'venv', draft]);
    const install = ['-m', 'pip', 'install', '--quiet', '--require-hashes', '--no-deps', '-r', requirements];
    if (!isMade || !succeeds(join(draft, 'bin', 'python'), install)) return false;
    if (!existsSync(environment)) renameSync(draft, environment);
    return true;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function succeeds(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore', timeout: 120_000 }).status === 0;
}
