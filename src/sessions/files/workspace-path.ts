import { BelljarError } from '../../errors.ts';

const maxPathBytes = 4096;
const maxNameBytes = 255;
const maxNames = 64;

/** Control characters, and those that turn the direction of the text after them: a name would lie about itself. */
const misleading = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

/**
 * Whether it is a path below the workspace, of plain names with slashes between them. The same is asked of what the
 * caller says and of what comes from inside, where it is demanded once more.
 */
export function isWorkspacePath(path: string): boolean {
  if (path.length > maxPathBytes || misleading.test(path)) return false;
  const names = path.split('/');
  return names.length <= maxNames && names.every((name) => isPlainName(name));
}

/** Whether it is the name of one file or folder. */
export function isPlainName(name: string): boolean {
  if (name === '' || name === '.' || name === '..' || name.includes('/') || misleading.test(name)) return false;
  return Buffer.byteLength(name, 'utf8') <= maxNameBytes;
}

/** @throws USAGE where it is no path below the workspace. */
export function demandPath(path: string): string {
  if (isWorkspacePath(path)) return path;
  throw new BelljarError('USAGE', `${JSON.stringify(path.slice(0, 200))} is no path below the workspace`, {
    hint: 'Use plain names with / between them, without . or .. and without a / at the beginning.',
  });
}

/** A folder's path; the empty one is the workspace itself. */
export function demandFolder(path: string): string {
  return path === '' ? path : demandPath(path);
}
