import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { dirname } from 'node:path';

import type { BundlePart, Mount } from '../contract.ts';
import type { Lifted } from './protection.ts';

/** What is bound into the root; the files of a workspace alone may be written to. */
export type RootPart = BundlePart | { readonly filesPath: string; readonly at: string };

export interface RootParts {
  readonly mounts: readonly Mount[];
  readonly parts: readonly RootPart[];
  /** Where SystemFolders prepared the `bin` and the `etc` that are shown. */
  readonly system: string;
  readonly lifted: Lifted;
}

/**
 * The arguments that build what is seen inside. The order matters: a later mount covers an earlier one, and the
 * read-only remounts come last, since bubblewrap leaves its own / and /dev writable and unbounded.
 */
export function describeRoot({ mounts, parts, system, lifted }: RootParts): string[] {
  const sizeOf = (bytes: number): number | undefined => (lifted.has('bounded-scratch') ? undefined : bytes);
  const readOnly = (path: string): string[] => (lifted.has('read-only-root') ? [] : ['--remount-ro', path]);
  return [
    ...(lifted.has('private-root') ? hostMounts() : systemMounts(system)),
    ...parts.flatMap(describePart),
    '--proc',
    '/proc',
    // Read-only: else the code could write to the memory of the supervisor that serves it, by /proc/1/mem.
    ...(lifted.has('read-only-proc') ? [] : ['--remount-ro', '/proc']),
    '--dev',
    '/dev',
    ...tmpfs('/dev/shm', sizeOf(sharedMemoryBytes)),
    ...readOnly('/dev'),
    ...mounts.flatMap((mount) => (mount.kind === 'scratch' ? tmpfs(mount.at, sizeOf(mount.maxBytes)) : [])),
    ...readOnly('/'),
  ];
}

/** The names in /usr/bin over which a part is mounted; what is read-only can only be mounted over where it exists. */
export function findProgramMounts(parts: readonly RootPart[]): string[] {
  return parts.flatMap((part) => {
    if ('hide' in part || dirname(part.at) !== programFolder) return [];
    return [part.at.slice(programFolder.length + 1)];
  });
}

const programFolder = '/usr/bin';
const sharedMemoryBytes = 64 * 1024 * 1024;

function describePart(part: RootPart): string[] {
  if ('hide' in part) return ['--tmpfs', part.hide, '--remount-ro', part.hide];
  const bind = 'filesPath' in part ? ['--bind', part.filesPath] : ['--ro-bind', part.hostPath];
  return [...(dirname(part.at) === programFolder ? [] : openAncestors(part.at)), ...bind, part.at];
}

/** Left to itself bubblewrap makes missing folders on the way for its own uid alone. */
function openAncestors(path: string): string[] {
  const names = path.split('/').slice(1, -1);
  return names.flatMap((_, index) => ['--perms', '0755', '--dir', `/${names.slice(0, index + 1).join('/')}`]);
}

/** Writable by whoever runs inside; in memory, so the memory limit holds for it too. */
function tmpfs(at: string, maxBytes: number | undefined): string[] {
  return ['--perms', '1777', ...(maxBytes === undefined ? [] : ['--size', String(maxBytes)]), '--tmpfs', at];
}

/** The host as it is, for a proof that the root of its own is what hides it. */
function hostMounts(): string[] {
  return readdirSync('/', { withFileTypes: true }).flatMap((entry) => {
    const path = `/${entry.name}`;
    if (entry.isSymbolicLink()) return ['--symlink', readlinkSync(path), path];
    return entry.isDirectory() && !['/proc', '/dev'].includes(path) ? ['--bind', path, path] : [];
  });
}

/** Shared libraries, locales and time zones of the distribution, and the prepared programs and settings. */
function systemMounts(system: string): string[] {
  libraryMounts ??= findLibraryMounts();
  return [
    ...libraryMounts,
    ...['--ro-bind', `${system}/bin`, programFolder, '--symlink', 'bin', '/usr/sbin'],
    ...['--ro-bind', `${system}/etc`, '/etc'],
  ];
}

let libraryMounts: readonly string[] | undefined;

const sharedData = [
  '/usr/lib/locale',
  '/usr/share/zoneinfo',
  '/usr/share/terminfo',
  '/usr/lib/terminfo',
  '/usr/lib/ssl',
];

function findLibraryMounts(): string[] {
  // Where libraries have a folder per architecture, what else lies in /usr/lib is programs' own.
  const perArchitecture = readdirSync('/usr/lib').filter((name) => /^[a-z0-9_]+-linux-(gnu|musl)/.test(name));
  const folders = perArchitecture.length > 0 ? perArchitecture.map((name) => `/usr/lib/${name}`) : ['/usr/lib'];
  const data = sharedData.filter((path) => !folders.includes(dirname(path)));
  return [
    ...[...folders, '/usr/lib64', '/usr/lib32', ...data, '/lib', '/lib64', '/lib32'].flatMap(showAsOnHost),
    ...['--symlink', 'usr/bin', '/bin', '--symlink', 'usr/bin', '/sbin'],
  ];
}

function showAsOnHost(path: string): string[] {
  const entry = lstatSync(path, { throwIfNoEntry: false });
  if (entry?.isSymbolicLink()) return ['--symlink', readlinkSync(path), path];
  return entry?.isDirectory() ? describePart({ hostPath: path, at: path }) : [];
}
