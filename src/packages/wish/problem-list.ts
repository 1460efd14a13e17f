import type { WishProblem } from './wish-requirement.ts';

const maxProblems = 500;
const maxShown = 200;

/** Collects all that is wrong with one source; after several hundred it only counts. */
export class ProblemList {
  readonly #from: string;
  readonly #problems: WishProblem[] = [];
  #left = 0;

  constructor(from: string) {
    this.#from = from;
  }

  get isEmpty(): boolean {
    return this.#problems.length === 0;
  }

  add(problem: { line?: number | undefined; text?: string; message: string; hint?: string | undefined }): void {
    if (this.#problems.length >= maxProblems) this.#left += 1;
    else this.#problems.push({ from: this.#from, ...problem, text: shorten(problem.text ?? '') });
  }

  /** In the order of their lines. */
  finish(): readonly WishProblem[] {
    const sorted = this.#problems.toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0));
    if (this.#left === 0) return sorted;
    return [...sorted, { from: this.#from, text: '', message: `… and ${this.#left} problems more` }];
  }
}

/** For a message: short, whatever somebody wrote. */
export function shorten(text: string, maxLength = maxShown): string {
  const characters = Array.from(text.slice(0, 2 * maxLength));
  return characters.length <= maxLength ? characters.join('') : `${characters.slice(0, maxLength - 1).join('')}…`;
}
