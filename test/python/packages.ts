import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import type { Prerequisite } from '../support/prerequisite.ts';
import type { FoundPython } from './find-pythons.ts';

const list = join(import.meta.dirname, 'packages.txt');
const cache = join(import.meta.dirname, '../../.cache');
const installTimeoutMs = 110_000;

export interface PythonPackages extends Prerequisite {
  /** What to put on sys.path. */
  readonly folder: string;
}

/** The packages of packages.txt for one Python, real wheels as pip on this machine finds them: made once and kept. */
export function keepPackages({ executable, minor }: FoundPython): PythonPackages {
  const digest = createHash('sha256').update(readFileSync(list)).digest('hex').slice(0, 16);
  const folder = join(cache, `test-packages-${minor}-${digest}`);
  const problem = existsSync(folder) ? undefined : install(executable, folder);
  const what = `packages from an index for Python ${minor}`;
  return { folder, holds: problem === undefined, what: problem === undefined ? what : `${what} (${problem})` };
}

/** Made aside and moved into place: tests in other processes may want it at the same time. */
function install(executable: string, folder: string): string | undefined {
  mkdirSync(cache, { recursive: true });
  const draft = mkdtempSync(`${folder}-draft-`);
  const pip = ['-m', 'pip', 'install', '--quiet', '--only-binary', ':all:', '--target', draft, '-r', list];
  try {
    const { status, stderr } = spawnSync(executable, pip, { encoding: 'utf8', timeout: installTimeoutMs });
    if (status !== 0) return (stderr || 'pip took too long').trim().split('\n').at(-1);
    chmodSync(draft, 0o755); // whom it is shown to inside is somebody else
    return moveInto(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function moveInto(draft: string, folder: string): string | undefined {
  try {
    renameSync(draft, folder);
  } catch (error) {
    if (!existsSync(folder)) return (error as Error).message; // else another process was quicker
  }
  return undefined;
}
