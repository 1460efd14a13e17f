import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { BelljarError } from '../errors.ts';
import { nameLauncher } from '../launcher.ts';
import { makeOwnFolder } from '../own-folder.ts';

export interface PythonShim {
  readonly home: string;
  readonly workspace: string;
  /** Folders of the machine that its Python sees. */
  readonly shown: readonly string[];
  /** Further words for `belljar exec`, such as who asks. */
  readonly options?: readonly string[];
  /** As a shell reads it; the launcher of this installation where left out. */
  readonly launcher?: string;
}

/**
 * Writes a program that is used like any `python` and runs the workspace's behind glass; resolves to its path. One that is
 * there is replaced, whole.
 *
 * @throws HOME_UNUSABLE
 */
export async function writePythonShim(shim: PythonShim): Promise<string> {
  const folder = join(shim.home, 'shims', folderName(shim));
  try {
    await makeOwnFolder(join(shim.home, 'shims'), 0o755);
    await mkdir(folder, { recursive: true, mode: 0o755 });
    const half = join(folder, `.${randomUUID()}`);
    try {
      await writeFile(half, describeShim(shim), { mode: 0o755, flag: 'wx' });
      await rename(half, join(folder, 'python'));
      await symlink('python', half);
      await rename(half, join(folder, 'python3'));
    } finally {
      await rm(half, { force: true });
    }
    return join(folder, 'python');
  } catch (cause) {
    throw new BelljarError('HOME_UNUSABLE', `cannot write the program ${folder}/python`, { cause });
  }
}

/** Its name says whose it is; what would be another path, or is shown more, has one of its own. */
function folderName({ workspace, shown, options = [] }: PythonShim): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([workspace, shown, options]))
    .digest('hex')
    .slice(0, 12);
  const readable = workspace
    .replaceAll(/[^\w.-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 40);
  return `${readable === '' ? 'workspace' : readable}-${digest}`;
}

function describeShim({ home, workspace, shown, options = [], launcher = nameLauncher() }: PythonShim): string {
  const words = [...shown.map((folder) => `--show=${folder}`), ...options, `--workspace=${workspace}`].map(quote);
  return `#!/bin/sh
# Runs the Python of a workspace behind glass. Written by belljar; do not edit.
BELLJAR_HOME=${quote(home)}
export BELLJAR_HOME
exec ${launcher} exec --interpreter ${words.join(' ')} -- "$@"
`;
}

function quote(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
