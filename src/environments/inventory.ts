import { type EnvironmentDescription, readDescription } from './assemble/index.ts';
import type { EnvironmentParts, Shelf, ShelfUsage, ShelvedEnvironment } from './shelf/index.ts';

/** An environment with what it takes on the disk, and what is in it. */
export interface InventoryEntry extends ShelvedEnvironment {
  /** Undefined where it does not tell any more. */
  readonly packages: EnvironmentDescription['packages'] | undefined;
  /** What goes when it goes, as far as nothing else is made of the same. */
  readonly ownBytes: number;
  /** What lies in the stores, for all that are made of it. */
  readonly sharedBytes: number;
}

export interface Inventory {
  /** As `du` counts the folder: a file that several share counts once. */
  readonly totalBytes: number;
  /** Of wheels and bytecode, which environments share. */
  readonly storesBytes: number;
  /** Those used last first. */
  readonly environments: readonly InventoryEntry[];
}

/** What stands on a shelf. */
export async function takeInventory(shelf: Shelf, signal?: AbortSignal): Promise<Inventory> {
  const [usage, parts, shelved] = await Promise.all([shelf.usage(signal), shelf.parts(), shelf.list()]);
  const environments = await Promise.all(
    shelved.map(async (each): Promise<InventoryEntry> => {
      const description = await readDescription(shelf.folderOf(each.key));
      const ownBytes = usage.environments.get(each.key) ?? 0;
      const sharedBytes = sumOf(parts.get(each.key), usage);
      return { ...each, packages: description?.packages, ownBytes, sharedBytes };
    }),
  );
  const storesBytes = sum(usage.wheels.values()) + sum(usage.bytecode.values());
  return { totalBytes: usage.totalBytes, storesBytes, environments };
}

function sumOf({ wheels, bytecode }: EnvironmentParts = { wheels: [], bytecode: [] }, usage: ShelfUsage): number {
  return (
    sum(wheels.map((each) => usage.wheels.get(each) ?? 0)) + sum(bytecode.map((each) => usage.bytecode.get(each) ?? 0))
  );
}

function sum(all: Iterable<number>): number {
  return [...all].reduce((total, each) => total + each, 0);
}
