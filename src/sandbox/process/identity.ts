import { randomInt } from 'node:crypto';

/** Who runs inside, as the kernel sees it. */
export type Identity =
  /** Belljar is root: an own uid, taken on as the last step inside. */
  | { readonly kind: 'own-uid'; readonly uid: number }
  /** Belljar is an ordinary user: a user namespace, in which that user is nobody in particular. */
  | { readonly kind: 'user-namespace' };

/** A range that systemd, containers and subordinate ids all leave alone. */
const firstUid = 1_879_048_192;
const lastUid = 2_147_352_575;

/**
 * A fresh uid for a sandbox that keeps nothing. Drawn, not counted: nothing has to be remembered or given back, and the
 * odds that two of a thousand living sandboxes meet are one in five hundred, with a pid namespace between them still.
 */
export function chooseIdentity(): Identity {
  return process.getuid?.() === 0
    ? { kind: 'own-uid', uid: randomInt(firstUid, lastUid + 1) }
    : { kind: 'user-namespace' };
}
