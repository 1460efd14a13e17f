import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export interface FoundPython {
  readonly executable: string;
  /** Such as 3.12: what is promised is promised for each of them. */
  readonly minor: string;
}

const oldestMinor = 9;

const describe = 'import sys; print(sys.implementation.name, *sys.version_info[:2])';

/** Every minor version of CPython on this machine that the runner must work with, the oldest first; one of each. */
export function findPythons(): FoundPython[] {
  const found = new Map<number, FoundPython>();
  for (const executable of listCandidates()) {
    const minor = askMinor(executable);
    if (minor !== undefined && !found.has(minor)) found.set(minor, { executable, minor: `3.${minor}` });
  }
  return [...found].sort(([one], [other]) => one - other).map(([, python]) => python);
}

function askMinor(executable: string): number | undefined {
  const { status, stdout } = spawnSync(executable, ['-I', '-c', describe], { encoding: 'utf8', timeout: 20_000 });
  const [name, major, minor] = stdout.trim().split(' ');
  if (status !== 0 || name !== 'cpython' || major !== '3' || Number(minor) < oldestMinor) return undefined;
  return Number(minor);
}

function listCandidates(): string[] {
  const pyenv = join(process.env['PYENV_ROOT'] ?? join(homedir(), '.pyenv'), 'versions');
  return [
    ...['/usr/bin', '/usr/local/bin'].flatMap((folder) => listFolder(folder, /^python3\.\d+$/)),
    ...listFolder(pyenv, /^3\./).map((version) => join(version, 'bin/python3')),
  ].filter((path) => existsSync(path));
}

function listFolder(folder: string, pattern: RegExp): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => pattern.test(name))
    .map((name) => join(folder, name));
}
