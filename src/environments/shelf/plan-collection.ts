import type { ShelfUsage } from './measure.ts';

/** An environment, as far as it matters for making room. */
export interface Occupant {
  readonly key: string;
  readonly used: string;
  /** Why it stays, whatever room is wanted. */
  readonly stays?: 'building' | 'leased' | 'pinned' | undefined;
  /** The stores that it draws from: wheels by sha256, bytecode by `build/sha256`. */
  readonly wheels: readonly string[];
  readonly bytecode: readonly string[];
}

/** What is removed, in this order. */
export interface Removal {
  readonly kind: 'wheel' | 'bytecode' | 'environment';
  readonly name: string;
  readonly bytes: number;
}

/** An environment that stays, and why: in use, or because all is within the budget without it. */
export interface Kept {
  readonly key: string;
  readonly bytes: number;
  readonly why: NonNullable<Occupant['stays']> | 'within';
}

export interface CollectionPlan {
  readonly removals: readonly Removal[];
  readonly kept: readonly Kept[];
}

/**
 * What has to go for the rest to be within the bytes: first what no environment is made of, then environments, that which
 * was not used longest first, each with what it alone was made of.
 */
export function planCollection(usage: ShelfUsage, occupants: readonly Occupant[], maxBytes: number): CollectionPlan {
  const uses = countUses(occupants);
  const removals: Removal[] = [];
  let left = usage.totalBytes;
  const remove = (removal: Removal): void => {
    removals.push(removal);
    left -= removal.bytes;
  };
  for (const each of storesOf(usage)) if (!uses.has(nameOf(each)) && left > maxBytes) remove(each);
  const leaving = occupants
    .filter(({ stays }) => stays === undefined)
    .sort((one, other) => (one.used < other.used ? -1 : 1));
  for (const { key, wheels, bytecode } of leaving) {
    if (left <= maxBytes) break;
    remove({ kind: 'environment', name: key, bytes: usage.environments.get(key) ?? 0 });
    for (const each of storesOf(usage, { wheels, bytecode })) {
      const count = (uses.get(nameOf(each)) ?? 0) - 1;
      uses.set(nameOf(each), count);
      if (count === 0) remove(each);
    }
  }
  const gone = new Set(removals.map(({ name }) => name));
  const kept = occupants.flatMap(({ key, stays }): Kept[] => {
    return gone.has(key) ? [] : [{ key, bytes: usage.environments.get(key) ?? 0, why: stays ?? 'within' }];
  });
  return { removals, kept };
}

function countUses(occupants: readonly Occupant[]): Map<string, number> {
  const uses = new Map<string, number>();
  for (const { wheels, bytecode } of occupants) {
    for (const name of [...wheels.map((each) => `wheel ${each}`), ...bytecode.map((each) => `bytecode ${each}`)]) {
      uses.set(name, (uses.get(name) ?? 0) + 1);
    }
  }
  return uses;
}

/** Those that are there, of all or of some. */
function* storesOf(
  usage: ShelfUsage,
  {
    wheels = [...usage.wheels.keys()],
    bytecode = [...usage.bytecode.keys()],
  }: Partial<Pick<Occupant, 'wheels' | 'bytecode'>> = {},
): Iterable<Removal> {
  for (const name of bytecode) {
    const bytes = usage.bytecode.get(name);
    if (bytes !== undefined) yield { kind: 'bytecode', name, bytes };
  }
  for (const name of wheels) {
    const bytes = usage.wheels.get(name);
    if (bytes !== undefined) yield { kind: 'wheel', name, bytes };
  }
}

function nameOf({ kind, name }: Removal): string {
  return `${kind} ${name}`;
}
