import { randomInt } from 'node:crypto';

import { volumeUids } from '../volumes/index.ts';

/** Who runs inside, as the kernel sees it. */
export type Identity =
  /** Belljar is root: an own uid, taken on as the last step inside. */
  | { readonly kind: 'own-uid'; readonly uid: number }
  /** Belljar is an ordinary user: a user namespace, in which that user is nobody in particular. */
  | { readonly kind: 'user-namespace' };

/** A range that systemd, containers and subordinate ids all leave alone, above the uids that own files. */
const firstUid = volumeUids.last + 1;
const lastUid = 2_147_352_575;

/**
 * The uid that owns the files of the workspace, else a fresh one for a sandbox that keeps nothing. Drawn, not counted: nothing has to be remembered or given back, and the
 * odds that two of a thousand living sandboxes meet are one in five hundred, with a pid namespace between them still.
 */
export function chooseIdentity(owner?: number): Identity {
  return process.getuid?.() === 0
    ? { kind: 'own-uid', uid: owner ?? randomInt(firstUid, lastUid + 1) }
    : { kind: 'user-namespace' };
}
