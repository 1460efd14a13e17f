import type { Identity } from './identity.ts';

/** A file of accounts that is shown inside instead of the prepared one, and the descriptor it travels on. */
export interface AccountFile {
  readonly descriptor: number;
  readonly at: string;
  readonly text: string;
}

/**
 * Gives the sandbox's own uid its name: much code asks who it runs as (getpass, pathlib, torch), and fails where nobody
 * knows. In a user namespace the uid is always that of the prepared file.
 */
export function writeAccounts(identity: Identity, firstDescriptor: number): AccountFile[] {
  if (identity.kind === 'user-namespace') return [];
  const { uid } = identity;
  return [
    { descriptor: firstDescriptor, at: '/etc/passwd', text: passwdOf(uid) },
    { descriptor: firstDescriptor + 1, at: '/etc/group', text: groupOf(uid) },
  ];
}

export function passwdOf(uid: number): string {
  return `root:x:0:0:root:/:/bin/sh
belljar:x:${uid}:${uid}:belljar:/workspace:/bin/sh
nobody:x:65534:65534:nobody:/:/bin/false
`;
}

export function groupOf(gid: number): string {
  return `root:x:0:
belljar:x:${gid}:
nogroup:x:65534:
`;
}
