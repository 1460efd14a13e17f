import type { FreshSession } from '../fresh-session.ts';
import { type LaunchPlan, keyOf, newWorkspace } from '../launch-plan.ts';
import { availableMemory } from './available-memory.ts';
import type { PoolSettings } from './pool-options.ts';
import { Quiet } from './quiet.ts';
import { Shelf } from './shelf.ts';

export interface PoolParts {
  readonly settings: PoolSettings;
  readonly launch: (plan: LaunchPlan, signal: AbortSignal) => Promise<FreshSession>;
  /** What the machine has left; looked up where left out. */
  readonly available?: () => Promise<number | undefined>;
  /** A clock in milliseconds. */
  readonly now?: () => number;
}

export interface KeptPlan {
  readonly plan: LaunchPlan;
  readonly keep: number;
}

export interface PoolReport {
  /** How many are ready. */
  readonly warm: number;
  /** How many different kinds were wanted of late. */
  readonly kinds: number;
  /** How many openings were served by a warm one, and how many were not. */
  readonly served: number;
  readonly missed: number;
}

/** A warm one is asked whether it still answers before it is handed out; one that needs longer is no help. */
const answerMs = 1000;

/** How often is looked for what nobody wants any more, and how the machine does. */
const sweepMs = 5000;

/** More kinds than that are not remembered. */
const maxKinds = 256;

/**
 * Sessions that nobody has asked for yet, of the kinds that are going to be. Each is handed out once. They are made one
 * at a time, in the background, while nobody waits for another.
 */
export class Pool {
  readonly #parts: PoolParts;
  readonly #settings: PoolSettings;
  readonly #shelves = new Map<string, Shelf>();
  readonly #quiet = new Quiet();
  readonly #leaving = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  readonly #sweeping: NodeJS.Timeout;
  #filling: Promise<void> | undefined;
  /** Something changed while it was being filled. */
  #isAskedAgain = false;
  #making: { readonly plan: LaunchPlan; readonly stop: AbortController; readonly done: Promise<void> } | undefined;
  /** Of the policy in force; undefined while it is the first one. */
  #policyHash: string | undefined;
  #served = 0;
  #missed = 0;

  constructor(parts: PoolParts) {
    this.#parts = parts;
    this.#settings = parts.settings;
    this.#sweeping = setInterval(() => void this.sweep(), sweepMs).unref();
  }

  report(): PoolReport {
    return { warm: this.#countWarm(), kinds: this.#shelves.size, served: this.#served, missed: this.#missed };
  }

  /** Takes one of that kind, where there is one that still answers: it is the caller's, to close too. */
  async take(plan: LaunchPlan): Promise<FreshSession | undefined> {
    if (!this.#isInForce(plan)) {
      this.#missed += 1; // a shelf for it would be filled and never be asked again
      return undefined;
    }
    const isNobodys = plan.workspace === null || plan.workspace === newWorkspace;
    await this.#letGo((each) => !isNobodys && each.workspace === plan.workspace && !isSame(each, plan));
    const shelf = this.#shelfOf(plan);
    shelf.noteWanted(this.#now());
    for (let fresh = shelf.take(); fresh !== undefined; fresh = shelf.take()) {
      fresh.setPriority('foreground');
      if (await fresh.isReady(answerMs)) {
        this.#served += 1;
        return fresh;
      }
      void this.#discard(fresh);
    }
    this.#missed += 1;
    return undefined;
  }

  /** Somebody waits for this: nothing is made for later meanwhile. */
  async whileWaitedFor<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.#quiet.disturbedBy(work);
    } finally {
      this.#fill();
    }
  }

  /** Keeps so many of these kinds from now on, and of no other kind more than is wanted. */
  keepOnly(kept: readonly KeptPlan[]): void {
    for (const shelf of this.#shelves.values()) shelf.keep = 0;
    for (const { plan, keep } of kept) this.#shelfOf(plan).keep = keep;
    this.#fill();
  }

  /** Lets go, and forgets, what was decided by another policy. */
  dropAllBut(policyHash: string): void {
    this.#policyHash = policyHash;
    void this.#letGo((plan) => plan.policyHash !== policyHash);
  }

  /** Lets go what shows the files of a workspace; resolves when nothing of it is left. */
  async dropWorkspace(workspace: string): Promise<void> {
    await this.#letGo((plan) => plan.workspace === workspace);
    await Promise.all(this.#leaving);
  }

  /** Resolves when there are as many as can be made now. */
  async filled(): Promise<void> {
    this.#fill();
    await this.#filling;
  }

  /** Lets go what is not wanted any more, and everything where the machine needs its memory. */
  async sweep(): Promise<void> {
    const isScarce = await this.#isScarce();
    const now = this.#now();
    for (const [key, shelf] of this.#shelves) {
      const wanted = shelf.wanted(now);
      for (const fresh of shelf.trim(isScarce ? 0 : wanted)) void this.#discard(fresh);
      if (wanted === 0 && shelf.count === 0) this.#shelves.delete(key);
    }
    if (!isScarce) this.#fill();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    clearInterval(this.#sweeping);
    await this.#filling;
    for (const shelf of this.#shelves.values()) for (const fresh of shelf.trim(0)) void this.#discard(fresh);
    await Promise.all(this.#leaving);
  }

  #fill(): void {
    this.#isAskedAgain = true;
    this.#filling ??= this.#fillNow().finally(() => {
      this.#filling = undefined;
      if (this.#isAskedAgain && !this.#closing.signal.aborted) this.#fill();
    });
  }

  async #fillNow(): Promise<void> {
    const { signal } = this.#closing;
    for (;;) {
      this.#isAskedAgain = false;
      await this.#quiet.wait(signal);
      if (signal.aborted || (await this.#isScarce())) return;
      const shelf = this.#neediest();
      if (shelf === undefined || !this.#makeRoomFor(shelf)) return;
      const stop = new AbortController();
      const done = this.#warmOne(shelf, AbortSignal.any([signal, stop.signal]));
      this.#making = { plan: shelf.plan, stop, done };
      await done;
      this.#making = undefined;
    }
  }

  async #warmOne(shelf: Shelf, signal: AbortSignal): Promise<void> {
    let fresh: FreshSession;
    try {
      fresh = await this.#parts.launch(shelf.plan, signal);
    } catch {
      shelf.failed(this.#now()); // whoever opens one is told why
      return;
    }
    const isReady = await fresh.isReady(answerMs * 10);
    if (isReady && this.#isWanted(shelf)) {
      shelf.put(fresh);
      void fresh.ended.then(() => shelf.remove(fresh) && shelf.failed(this.#now()));
    } else {
      if (!isReady) shelf.failed(this.#now());
      await this.#discard(fresh);
    }
  }

  /** It may have been let go, by a new policy, while one was made for it. */
  #isWanted(shelf: Shelf): boolean {
    return !this.#closing.signal.aborted && this.#shelves.get(keyOf(shelf.plan)) === shelf;
  }

  /** Where most are missing; among equals where one was wanted last. */
  #neediest(): Shelf | undefined {
    const now = this.#now();
    const inNeed = [...this.#shelves.values()].filter((shelf) => shelf.missing(now) > 0);
    return inNeed.sort((a, b) => b.missing(now) - a.missing(now) || b.lastWantedAt - a.lastWantedAt)[0];
  }

  /** Where there are as many as may be, one goes whose kind was not wanted for longer. */
  #makeRoomFor(shelf: Shelf): boolean {
    if (this.#countWarm() < this.#settings.maxWarm) return true;
    const spare = [...this.#shelves.values()].filter(
      (each) => each.count > each.keep && each.lastWantedAt < shelf.lastWantedAt,
    );
    const [oldest] = spare.sort((a, b) => a.lastWantedAt - b.lastWantedAt);
    if (oldest === undefined || this.#settings.maxWarm === 0) return false;
    for (const fresh of oldest.trim(oldest.count - 1)) void this.#discard(fresh);
    return true;
  }

  #shelfOf(plan: LaunchPlan): Shelf {
    const key = keyOf(plan);
    const known = this.#shelves.get(key);
    if (known !== undefined) return known;
    const { maxWarmPerKind: maxWarm, idleMs: keepMs } = this.#settings;
    const shelf = new Shelf({ plan, maxWarm, keepMs });
    if (this.#shelves.size >= maxKinds) this.#forgetOldest();
    this.#shelves.set(key, shelf);
    return shelf;
  }

  #isInForce({ policyHash }: LaunchPlan): boolean {
    return this.#policyHash === undefined || policyHash === this.#policyHash;
  }

  #forgetOldest(): void {
    const unkept = [...this.#shelves].filter(([, { keep }]) => keep === 0);
    const [oldest] = unkept.sort(([, a], [, b]) => a.lastWantedAt - b.lastWantedAt);
    if (oldest !== undefined) void Promise.all(this.#drop(...oldest));
  }

  async #letGo(isToGo: (plan: LaunchPlan) => boolean): Promise<void> {
    const going = [...this.#shelves].filter(([, { plan }]) => isToGo(plan));
    const leaving = going.flatMap(([key, shelf]) => this.#drop(key, shelf));
    const making = this.#making;
    if (making !== undefined && isToGo(making.plan)) {
      making.stop.abort();
      leaving.push(making.done);
    }
    await Promise.all(leaving);
  }

  #drop(key: string, shelf: Shelf): Promise<void>[] {
    this.#shelves.delete(key);
    return shelf.trim(0).map((fresh) => this.#discard(fresh));
  }

  /** Never rejects: a session that ends badly is swept by the next start. */
  #discard(fresh: FreshSession): Promise<void> {
    const leaving = fresh.close().catch(() => undefined);
    this.#leaving.add(leaving);
    void leaving.then(() => this.#leaving.delete(leaving));
    return leaving;
  }

  async #isScarce(): Promise<boolean> {
    const available = await (this.#parts.available ?? availableMemory)();
    return available !== undefined && available < this.#settings.minAvailableBytes;
  }

  #countWarm(): number {
    return [...this.#shelves.values()].reduce((sum, { count }) => sum + count, 0);
  }

  #now(): number {
    return (this.#parts.now ?? performance.now.bind(performance))();
  }
}

function isSame(one: LaunchPlan, other: LaunchPlan): boolean {
  return keyOf(one) === keyOf(other);
}
