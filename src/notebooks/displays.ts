import type { Output } from './notebook.ts';

export type Shown = Extract<Output, { output_type: 'display_data' }>;
export type Showing = Pick<Shown, 'data' | 'metadata'>;

/** What was shown under one id, in as many places as it was shown: all of them show the same, the latest. */
export interface Display {
  readonly id: string;
  readonly places: Set<Shown>;
  showing: Showing;
  /** What it takes in each of its places. */
  bytes: number;
}

/** What is shown under ids, which any later cell may renew. The places are told only at the end: there may be many. */
export class Displays {
  readonly #byId = new Map<string, Display>();
  readonly #renewed = new Set<Display>();

  find(id: string): Display | undefined {
    return this.#byId.get(id);
  }

  /** Begins an id that has no place yet. */
  begin(id: string, showing: Showing, bytes: number): Display {
    const display = { id, places: new Set<Shown>(), showing, bytes };
    this.#byId.set(id, display);
    return display;
  }

  /** A place is gone; an id without one is forgotten, and what it showed with it. */
  removePlace(display: Display, place: Shown): void {
    display.places.delete(place);
    if (display.places.size === 0) this.#byId.delete(display.id);
  }

  renew(display: Display, showing: Showing, bytes: number): void {
    Object.assign(display, { showing, bytes });
    this.#renewed.add(display);
  }

  /** Has every place show what its id came to. */
  settle(): void {
    for (const { places, showing } of this.#renewed) {
      for (const place of places) Object.assign(place, showing);
    }
    this.#renewed.clear();
  }
}
