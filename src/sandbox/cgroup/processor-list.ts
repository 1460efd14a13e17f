/** The numbers in a list as the kernel writes it: 0-3,6. */
export function listProcessors(text: string): number[] {
  return text
    .split(',')
    .map((part) => /^\s*(\d+)(?:-(\d+))?\s*$/.exec(part))
    .filter((match) => match !== null)
    .flatMap(([, first, last = first]) => {
      const from = Number(first);
      return Array.from({ length: Number(last) - from + 1 }, (_, index) => from + index);
    });
}
