const words = {
  missing: 'is missing',
  unexpected: 'should not be there',
  changed: 'is not what was put there',
  writable: 'can be written to',
  unreadable: 'cannot be read',
} as const;

/** What in an environment is not as it was sealed. */
export interface TreeProblem {
  /** From the environment's folder on. */
  readonly path: string;
  readonly what: keyof typeof words;
}

export function sayProblem({ path, what }: TreeProblem): string {
  return `${path} ${words[what]}`;
}
