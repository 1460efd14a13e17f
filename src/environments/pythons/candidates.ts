import { readdir, realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';

/** Where the distribution and whoever administers the machine put programs. */
const usualFolders = ['/usr/bin', '/usr/local/bin', '/opt/python/bin'];

/** Folders whose folders each hold a Python: pyenv's, uv's, and what is unpacked below /opt/python. */
function folderOfVersions(env: NodeJS.ProcessEnv): string[] {
  const home = env['HOME'] ?? homedir();
  const data = env['XDG_DATA_HOME'] ?? join(home, '.local', 'share');
  return [
    join(env['PYENV_ROOT'] ?? join(home, '.pyenv'), 'versions'),
    env['UV_PYTHON_INSTALL_DIR'] ?? join(data, 'uv', 'python'),
    '/opt/python',
  ].filter((folder) => isAbsolute(folder));
}

/** A folder of pyenv's that holds no programs, but scripts which look for one. */
const shims = /\/shims\/?$/;

const programName = /^python3(\.\d+)?t?$/;

/**
 * Paths that may be Pythons: what is named first, then the usual places, what PATH leads to, and the folders of those who
 * keep several. Each program once, whatever the links that lead to it.
 */
export async function findCandidates(env: NodeJS.ProcessEnv): Promise<string[]> {
  const named = env['BELLJAR_PYTHON'];
  const path = (env['PATH'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder) && !shims.test(folder));
  const found = named !== undefined && isAbsolute(named) ? [named] : [];
  for (const folder of [...usualFolders, ...path]) found.push(...(await listPrograms(folder)));
  for (const folder of folderOfVersions(env)) {
    for (const name of await list(folder)) found.push(...(await listPrograms(join(folder, name, 'bin'))));
  }
  return eachOnce(found);
}

async function listPrograms(folder: string): Promise<string[]> {
  const names = (await list(folder)).filter((name) => programName.test(name));
  return names.map((name) => join(folder, name));
}

async function list(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []); // most of them are not there
  return names.sort();
}

async function eachOnce(paths: readonly string[]): Promise<string[]> {
  const known = new Map<string, string>();
  for (const path of paths) {
    const real = await realpath(path).catch(() => undefined);
    if (real !== undefined && !known.has(real)) known.set(real, path);
  }
  return [...known.values()];
}
