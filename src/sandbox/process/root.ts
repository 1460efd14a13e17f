import { lstatSync, readdirSync, readlinkSync } from 'node:fs';

import type { BundlePart, Mount } from '../contract.ts';
import type { Lifted } from './protection.ts';

/**
 * The arguments that build what is seen inside. The order matters: a later mount covers an earlier one, and the
 * read-only remounts come last, since bubblewrap leaves its own / and /dev writable and unbounded.
 */
export function describeRoot(mounts: readonly Mount[], parts: readonly BundlePart[], lifted: Lifted): string[] {
  const sizeOf = (bytes: number): number | undefined => (lifted.has('bounded-scratch') ? undefined : bytes);
  const readOnly = (path: string): string[] => (lifted.has('read-only-root') ? [] : ['--remount-ro', path]);
  return [
    ...(lifted.has('private-root') ? hostMounts() : systemMounts()),
    ...parts.flatMap((part) =>
      'hide' in part ? ['--tmpfs', part.hide, '--remount-ro', part.hide] : bindReadOnly(part),
    ),
    ...(lifted.has('private-root') ? [] : readOnly('/usr/local')),
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

const sharedMemoryBytes = 64 * 1024 * 1024;

function bindReadOnly({ hostPath, at }: { hostPath: string; at: string }): string[] {
  return [...openAncestors(at), '--ro-bind', hostPath, at];
}

/** Left to itself bubblewrap makes missing folders on the way for its own uid alone. */
function openAncestors(path: string): string[] {
  if (path.startsWith('/usr/') && !path.startsWith('/usr/local/')) return [];
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

let systemCache: string[] | undefined;

/** The distribution's own files and the little of /etc that programs need; nothing of the host's users or secrets. */
function systemMounts(): string[] {
  if (systemCache !== undefined) return systemCache;
  // What lies in /usr/local is nobody's but the machine's; an interpreter that lives there is shown again later.
  const args = ['--ro-bind', '/usr', '/usr', '--tmpfs', '/usr/local'];
  for (const name of ['/bin', '/sbin', '/lib', '/lib64', '/lib32', '/libx32']) {
    const entry = lstatSync(name, { throwIfNoEntry: false });
    if (entry?.isSymbolicLink()) args.push('--symlink', readlinkSync(name), name);
    else if (entry?.isDirectory()) args.push('--ro-bind', name, name);
  }
  args.push(...openAncestors('/etc/ssl/certs'), ...openAncestors('/etc/pki/tls/certs'));
  for (const name of [
    '/etc/ld.so.cache',
    '/etc/ssl/certs',
    '/etc/pki/tls/certs',
    '/etc/localtime',
    '/etc/alternatives',
  ]) {
    args.push('--ro-bind-try', name, name);
  }
  systemCache = args;
  return args;
}
