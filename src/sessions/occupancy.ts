import { BelljarError } from '../errors.ts';

export interface OccupancyLimits {
  /** At once, in all. */
  readonly maxSessions: number;
  readonly maxSessionsPerWorkspace: number;
}

export const defaultOccupancy: OccupancyLimits = { maxSessions: 500, maxSessionsPerWorkspace: 32 };

/** How many sessions there are, in all and of each workspace, and that there are not more than may be. */
export class Occupancy {
  readonly #limits: OccupancyLimits;
  readonly #byWorkspace = new Map<string, number>();
  #all = 0;

  constructor(limits: OccupancyLimits) {
    this.#limits = limits;
  }

  /**
   * Takes a place; what comes back gives it up, once.
   *
   * @throws SESSIONS_EXHAUSTED where none is left.
   */
  enter(workspace: string | null): () => void {
    const { maxSessions, maxSessionsPerWorkspace } = this.#limits;
    if (this.#all >= maxSessions) throw exhausted('in all', maxSessions);
    if (workspace !== null && this.#of(workspace) >= maxSessionsPerWorkspace) {
      throw exhausted(`of workspace “${workspace}”`, maxSessionsPerWorkspace);
    }
    this.#change(workspace, 1);
    let isIn = true;
    return () => {
      if (isIn) this.#change(workspace, -1);
      isIn = false;
    };
  }

  #of(workspace: string): number {
    return this.#byWorkspace.get(workspace) ?? 0;
  }

  #change(workspace: string | null, by: 1 | -1): void {
    this.#all += by;
    if (workspace === null) return;
    const count = this.#of(workspace) + by;
    if (count === 0) this.#byWorkspace.delete(workspace);
    else this.#byWorkspace.set(workspace, count);
  }
}

function exhausted(which: string, limit: number): BelljarError {
  return new BelljarError('SESSIONS_EXHAUSTED', `there are ${limit} sessions ${which} already`, { details: { limit } });
}
