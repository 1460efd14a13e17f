import type { FreshSession } from '../fresh-session.ts';
import type { LaunchPlan } from '../launch-plan.ts';
import { Demand } from './demand.ts';

export interface ShelfOptions {
  readonly plan: LaunchPlan;
  readonly maxWarm: number;
  readonly keepMs: number;
}

/** Two openings so near to each other cannot both be had by one warm session. */
const burstMs = 2000;

const firstPauseMs = 1000;
const longestPauseMs = 60_000;

/** The warm sessions of one kind: how many there are and should be. */
export class Shelf {
  readonly plan: LaunchPlan;
  readonly #maxWarm: number;
  readonly #demand: Demand;
  readonly #warm: FreshSession[] = [];
  /** Kept even if nobody wants one. */
  keep = 0;
  #failures = 0;
  #pausedUntil = -Infinity;

  constructor({ plan, maxWarm, keepMs }: ShelfOptions) {
    this.plan = plan;
    this.#maxWarm = maxWarm;
    this.#demand = new Demand({ keepMs, burstMs });
  }

  get count(): number {
    return this.#warm.length;
  }

  get lastWantedAt(): number {
    return this.#demand.lastAt;
  }

  noteWanted(now: number): void {
    this.#demand.note(now);
  }

  /** How many there should be. */
  wanted(now: number): number {
    return Math.min(this.#maxWarm, Math.max(this.keep, this.#demand.wanted(now)));
  }

  /** How many are to be made now. */
  missing(now: number): number {
    return now < this.#pausedUntil ? 0 : this.wanted(now) - this.count;
  }

  put(fresh: FreshSession): void {
    this.#warm.push(fresh);
    this.#failures = 0;
  }

  /** The newest one: what lies longer may be let go. It is nobody else's from now on. */
  take(): FreshSession | undefined {
    return this.#warm.pop();
  }

  /** Whether it was there. */
  remove(fresh: FreshSession): boolean {
    const index = this.#warm.indexOf(fresh);
    if (index >= 0) this.#warm.splice(index, 1);
    return index >= 0;
  }

  /** The oldest ones, until no more than so many are left. */
  trim(count: number): FreshSession[] {
    return this.#warm.splice(0, Math.max(0, this.count - count));
  }

  /** One could not be made, or did not last: the next is tried later, and later still where that fails too. */
  failed(now: number): void {
    this.#pausedUntil = now + Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(this.#failures, 16));
    this.#failures += 1;
  }
}
