import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Cgroup } from './group.ts';
import type { CgroupPlace } from './place.ts';
import { listProcessors } from './processor-list.ts';

/** So long after foreground work the processor stays free: what has come once comes again soon. */
const holdMs = 1000;

/** How often we look who in the background is at work. */
const lookMs = 100;

/** What used less since the last look is not at work, and not worth a write. */
const workMs = 2;

/** So many are looked at in one go, that many idle ones do not stop the event loop. */
const looksAtOnce = 64;

/** What of a group matters here. */
export type Occupant = Pick<Cgroup, 'cpuMs' | 'useProcessors'>;

/** Lists of all that there are, and of all but one. */
export interface Processors {
  readonly all: string;
  readonly spared: string;
}

/** Whether a processor can be kept free, and how. */
export type Spareable = ({ readonly version: 1 | 2 } & Processors) | { readonly version: 'none'; readonly why: string };

export async function findSpareable(place: CgroupPlace): Promise<Spareable> {
  if (place.version === 'none') return { version: 'none', why: place.why };
  const file = place.version === 1 ? 'cpuset.cpus' : 'cpuset.cpus.effective';
  const numbers = listProcessors(await readFile(join(place.folder, file), 'utf8').catch(() => ''));
  if (numbers.length < 2) return { version: 'none', why: 'one processor is all there is' };
  return { version: place.version, all: numbers.join(), spared: numbers.slice(1).join() };
}

/**
 * Keeps one processor free of what works in the background, while there is foreground work about: idle groups too get
 * their share from the kernel in whole ticks, and what is quick would wait for those. While there are only long runs,
 * they have all.
 */
export class SpareProcessor {
  readonly #all: string;
  readonly #spared: string;
  readonly #now: () => number;
  /** What is in the background, with what each had used when it was looked at last. */
  readonly #background = new Map<Occupant, number>();
  readonly #kept = new Set<Occupant>();
  #heldUntil = -Infinity;
  #looking: NodeJS.Timeout | undefined;
  #last: Promise<void> = Promise.resolve();

  /** @param now a clock in milliseconds. */
  constructor({ all, spared }: Processors, now = () => performance.now()) {
    this.#all = all;
    this.#spared = spared;
    this.#now = now;
  }

  /** Says that somebody waits for something quick. */
  touch(): void {
    this.#heldUntil = this.#now() + holdMs;
    if (this.#looking !== undefined || this.#background.size === 0) return;
    this.#looking = setInterval(() => this.#look(), lookMs).unref();
    this.#look();
  }

  setBackground(group: Occupant, isBackground: boolean): void {
    if (!isBackground) {
      this.forget(group);
      this.touch();
      return;
    }
    this.#background.set(group, usedBy(group));
    if (this.#now() < this.#heldUntil) {
      this.#keepOff(group);
      this.touch();
    }
  }

  forget(group: Occupant): void {
    this.#background.delete(group);
    if (this.#kept.delete(group)) this.#write(group, this.#all);
    if (this.#background.size === 0) this.#stopLooking();
  }

  #look(): void {
    if (this.#now() >= this.#heldUntil) {
      this.#letGo();
      return;
    }
    const free = [...this.#background].filter(([group]) => !this.#kept.has(group));
    for (const [group, before] of free.slice(0, looksAtOnce)) {
      const used = usedBy(group);
      // Behind the others: next time it is their turn.
      this.#background.delete(group);
      this.#background.set(group, used);
      if (!(used - before < workMs)) this.#keepOff(group);
    }
  }

  #keepOff(group: Occupant): void {
    if (this.#kept.has(group)) return;
    this.#kept.add(group);
    this.#write(group, this.#spared);
  }

  #letGo(): void {
    this.#stopLooking();
    for (const group of this.#kept) {
      this.#background.set(group, usedBy(group));
      this.#write(group, this.#all);
    }
    this.#kept.clear();
  }

  #stopLooking(): void {
    clearInterval(this.#looking);
    this.#looking = undefined;
  }

  /** One after the other, so that the last word on a group is the one that holds. */
  #write(group: Occupant, processors: string): void {
    this.#last = this.#last.then(() => group.useProcessors(processors));
  }
}

/** Where nobody counts, whatever is in the background counts as at work. */
function usedBy(group: Occupant): number {
  return group.cpuMs() ?? Infinity;
}
