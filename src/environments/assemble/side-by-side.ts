import { refuseWhenCancelled } from '../../errors.ts';

export interface SideBySideOptions {
  readonly signal?: AbortSignal | undefined;
  /** After each: how many are done. */
  readonly onProgress?: ((done: number) => void) | undefined;
  /** How many at a time. */
  readonly atOnce?: number | undefined;
}

/** Measured: more calls under way at once make no tree sooner, and fewer keep the threads waiting. */
const underWay = 64;

/**
 * Does the same to each of many, some of them at a time. After a failure nothing more is begun, and all that was is over.
 *
 * @throws CANCELLED; what the first failure threw.
 */
export async function doSideBySide<Item>(
  items: Iterable<Item>,
  work: (item: Item) => Promise<unknown>,
  { signal, onProgress, atOnce = underWay }: SideBySideOptions = {},
): Promise<void> {
  const rest = Iterator.from(items);
  const failures: unknown[] = [];
  let done = 0;
  const workThrough = async (): Promise<void> => {
    for (const item of rest) {
      refuseWhenCancelled(signal);
      await work(item);
      onProgress?.((done += 1));
      if (failures.length > 0) return;
    }
  };
  await Promise.all(
    Array.from({ length: atOnce }, () => workThrough().catch((error: unknown) => failures.push(error))),
  );
  if (failures.length > 0) throw failures[0];
}
