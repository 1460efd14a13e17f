import { normalize } from 'node:path';

import { BelljarError } from '../../errors.ts';
import type { Mount } from '../contract.ts';

export type WorkspaceMount = Mount & { readonly kind: 'workspace' };

/**
 * The files that a launch wants to see, where it wants any.
 *
 * @throws SANDBOX_LAUNCH_FAILED where they would lie below something that code inside can write.
 */
export function findWorkspace(mounts: readonly Mount[]): WorkspaceMount | undefined {
  const [wanted, another] = mounts.filter((mount) => mount.kind === 'workspace');
  if (wanted === undefined) return undefined;
  requireApart(mounts);
  if (another === undefined) return wanted;
  throw new BelljarError(
    'SANDBOX_LAUNCH_FAILED',
    `a sandbox sees the files of one workspace, not of ${names([wanted, another])}`,
  );
}

function names(mounts: readonly WorkspaceMount[]): string {
  return mounts.map(({ name }) => (name === null ? 'a new one' : `“${name}”`)).join(' and ');
}

/** Nothing is mounted at a path below something that code inside can write: it could put a link in its way. */
function requireApart(mounts: readonly Mount[]): void {
  const paths = mounts.flatMap((mount) => (mount.kind === 'bundle' ? [] : [mount.at]));
  for (const path of paths) {
    const isPlain = path.startsWith('/') && path === normalize(path) && !path.endsWith('/');
    const isApart = paths.every((other) => !path.startsWith(`${other}/`));
    if (isPlain && isApart) continue;
    throw new BelljarError('SANDBOX_LAUNCH_FAILED', `“${path}” is no path for a mount beside ${paths.join(', ')}`);
  }
}
