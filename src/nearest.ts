/** No word of ours is longer, and comparing takes as long as both words together. */
const longestWord = 100;

/** The candidate a person most likely meant, or undefined where none is near; never one with more mistakes than that. */
export function nearestOf(word: string, candidates: Iterable<string>, maxMistakes = longestWord): string | undefined {
  if (word.length > longestWord) return undefined;
  let best: string | undefined;
  let bestDistance = Math.min(Math.max(1, Math.floor(word.length / 3)), maxMistakes) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/**
 * The nearest of those that begin as the word does, or with its first two letters swapped: few begin with another letter
 * by mistake.
 */
export function nearestAlike(word: string, candidates: Iterable<string>, maxMistakes?: number): string | undefined {
  const [first = '', second = ''] = word.toLowerCase();
  const alike = [...candidates].filter((candidate) => {
    const [its = '', next = ''] = candidate.toLowerCase();
    return its === first || (its === second && next === first);
  });
  return nearestOf(word, alike, maxMistakes);
}

/** Optimal string alignment: insertion, deletion, substitution and the swap of two neighbours cost one each. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const cost = from[row - 1] === to[column - 1] ? 0 : 1;
      let distance = Math.min((last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (last[column - 1] ?? 0) + cost);
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (row > 1 && column > 1 && swapped) distance = Math.min(distance, (beforeLast[column - 2] ?? 0) + 1);
      current.push(distance);
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length] ?? 0;
}
