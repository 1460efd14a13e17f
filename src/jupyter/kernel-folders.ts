import { homedir } from 'node:os';
import { delimiter, isAbsolute, join, resolve } from 'node:path';

/** Where a kernel is registered: for this user, or below the prefix of an installation. */
export type KernelPlace = { readonly kind: 'user' } | { readonly kind: 'prefix'; readonly folder: string };

/** The folder that registered kernels lie in, each in one of its own. */
export function kernelFolder(place: KernelPlace, env: NodeJS.ProcessEnv): string {
  if (place.kind === 'prefix') return belowPrefix(resolve(place.folder));
  return join(userFolder(env), 'kernels');
}

/** Where Jupyter looks, what goes first first; virtual environments only where one is active or named. */
export function allKernelFolders(env: NodeJS.ProcessEnv, prefix?: string): string[] {
  const named = (env['JUPYTER_PATH'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  const prefixes = [prefix, env['VIRTUAL_ENV'], env['CONDA_PREFIX'], '/usr/local', '/usr'];
  const folders = [
    ...named.map((folder) => join(folder, 'kernels')),
    kernelFolder({ kind: 'user' }, env),
    ...prefixes.flatMap((each) => (each === undefined || each === '' ? [] : [belowPrefix(resolve(each))])),
  ];
  return [...new Set(folders)];
}

function belowPrefix(prefix: string): string {
  return join(prefix, 'share/jupyter/kernels');
}

/** As Jupyter finds it. */
function userFolder(env: NodeJS.ProcessEnv): string {
  const named = env['JUPYTER_DATA_DIR'];
  if (named !== undefined && named !== '') return resolve(named);
  const home = env['HOME'] ?? homedir();
  if (process.platform === 'darwin') return join(home, 'Library/Jupyter');
  const data = env['XDG_DATA_HOME'];
  return join(data === undefined || data === '' ? join(home, '.local/share') : data, 'jupyter');
}
