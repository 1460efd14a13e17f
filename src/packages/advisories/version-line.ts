import { comparePlaces, type Place } from '../../policy/index.ts';

/**
 * The order of versions as far as a set of them divides it: each has an odd position, all that lie between two neighbours
 * share an even one. What is true of one version is then true of all that have its position.
 */
export class VersionLine {
  readonly #places: readonly Place[];

  constructor(places: readonly Place[]) {
    const sorted = places.toSorted(comparePlaces);
    this.#places = sorted.filter((place, index) => {
      const previous = sorted[index - 1];
      return previous === undefined || comparePlaces(previous, place) !== 0;
    });
  }

  positionOf(place: Place): number {
    let [low, high] = [0, this.#places.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const order = comparePlaces(this.#places[middle] ?? place, place);
      if (order === 0) return 2 * middle + 1;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return 2 * low;
  }
}
