import { posix } from 'node:path';

import { BelljarError } from '../../errors.ts';
import { ownFolder } from './layout.ts';

/** What lies at one path of an environment. */
export type TreeEntry = StoredEntry | WrittenEntry | PointerEntry;

/** A file that is there already, on the host, and shared. */
export interface StoredEntry {
  readonly kind: 'stored';
  readonly from: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly isExecutable: boolean;
}

/** A file that this environment has for itself. */
export interface WrittenEntry {
  readonly kind: 'written';
  readonly content: Buffer;
  readonly isExecutable: boolean;
  /** What of it is the same on every machine; all of it where left out. */
  readonly meaning?: Buffer;
}

/** A symbolic link. */
export interface PointerEntry {
  readonly kind: 'pointer';
  readonly target: string;
}

export interface Claim {
  readonly path: string;
  /** Who wants it there, in words. */
  readonly owner: string;
  readonly entry: TreeEntry;
}

/** Who owns what no package brought. */
export const itself = 'the environment itself';

/** A plan that nobody adds to any more. */
export interface PlannedTree {
  /** Parents before their children. */
  readonly folders: readonly string[];
  readonly entries: readonly (readonly [path: string, entry: TreeEntry])[];
}

/** What an environment is to be: each path once, and everybody told who takes what another has. */
export class TreePlan implements PlannedTree {
  readonly #claims = new Map<string, Claim>();
  readonly #folders = new Set<string>(['.']);

  /** Parents before their children. */
  get folders(): readonly string[] {
    return [...this.#folders].filter((folder) => folder !== '.').toSorted();
  }

  get entries(): readonly (readonly [string, TreeEntry])[] {
    return [...this.#claims.values()].map(({ path, entry }) => [path, entry] as const);
  }

  /**
   * Two owners may bring the same file with the same content; the later claim of one owner takes the place of its first.
   *
   * @throws PACKAGES_COLLIDE where two owners want one path and not the same content.
   */
  claim(claim: Claim): void {
    const { path, owner } = claim;
    requireSafe(path);
    if (path === ownFolder || path.startsWith(`${ownFolder}/`)) throw collision(path, [itself, owner]);
    const known = this.#claims.get(path);
    if (known !== undefined && known.owner !== owner) {
      if (!isSame(known.entry, claim.entry)) throw collision(path, [known.owner, owner]);
      return;
    }
    if (this.#folders.has(path)) throw collision(path, [this.#ownerBelow(path), owner]);
    this.#addFolder(posix.dirname(path), owner);
    this.#claims.set(path, claim);
  }

  /** Puts something in the place of whatever was to be there. */
  replace(claim: Claim): void {
    this.#claims.delete(claim.path);
    this.claim(claim);
  }

  #addFolder(folder: string, owner: string): void {
    if (this.#folders.has(folder)) return;
    const known = this.#claims.get(folder);
    if (known !== undefined) throw collision(folder, [known.owner, owner]);
    this.#addFolder(posix.dirname(folder), owner);
    this.#folders.add(folder);
  }

  #ownerBelow(folder: string): string {
    const below = [...this.#claims.values()].find(({ path }) => path.startsWith(`${folder}/`));
    return below?.owner ?? itself;
  }
}

function isSame(one: TreeEntry, other: TreeEntry): boolean {
  if (one.kind === 'stored' && other.kind === 'stored') {
    return one.sha256 === other.sha256 && one.isExecutable === other.isExecutable;
  }
  if (one.kind !== 'written' || other.kind !== 'written') return false;
  return one.content.equals(other.content) && one.isExecutable === other.isExecutable;
}

function collision(path: string, owners: readonly [string, string]): BelljarError {
  return new BelljarError('PACKAGES_COLLIDE', `${owners[0]} and ${owners[1]} both bring ${path}, and not the same`, {
    details: { path, owners },
  });
}

/** The store has seen to this; nothing is written by a name that it let through in error. */
function requireSafe(path: string): void {
  if (!/(?:^|\/)\.{0,2}(?:\/|$)|\0/.test(path)) return;
  throw new BelljarError('INTERNAL', `an unpacked wheel names a file ${JSON.stringify(path)}`);
}
