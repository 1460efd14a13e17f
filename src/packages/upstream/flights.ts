import { cancelled, refuseWhenCancelled } from '../../errors.ts';

interface Flight<T> {
  readonly result: Promise<T>;
  readonly controller: AbortController;
  waiting: number;
}

/** Work that many may ask for at once and that is done once; given up when the last who waits for it goes. */
export class Flights<T> {
  readonly #flights = new Map<string, Flight<T>>();
  /** Those that were given up and have not landed among them. */
  readonly #airborne = new Set<Flight<T>>();

  async join(key: string, start: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    refuseWhenCancelled(signal);
    const flight = this.#flights.get(key) ?? this.#start(key, start);
    flight.waiting += 1;
    try {
      return await (signal === undefined ? flight.result : untilCancelled(flight.result, signal));
    } finally {
      flight.waiting -= 1;
      if (flight.waiting === 0) this.#drop(key, flight);
    }
  }

  isFlying(key: string): boolean {
    return this.#flights.has(key);
  }

  /** All that is in the air is given up, and has landed when this resolves. */
  async close(): Promise<void> {
    for (const { controller } of this.#airborne) controller.abort();
    await Promise.allSettled([...this.#airborne].map(({ result }) => result));
  }

  #start(key: string, start: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const controller = new AbortController();
    const flight: Flight<T> = { controller, waiting: 0, result: start(controller.signal) };
    this.#flights.set(key, flight);
    this.#airborne.add(flight);
    const land = (): void => {
      this.#airborne.delete(flight);
      this.#forget(key, flight);
    };
    flight.result.then(land, land);
    return flight;
  }

  #drop(key: string, flight: Flight<T>): void {
    this.#forget(key, flight);
    flight.controller.abort();
  }

  #forget(key: string, flight: Flight<T>): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
  }
}

async function untilCancelled<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(cancelled(signal));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([result, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
