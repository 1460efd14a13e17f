import { z } from 'zod';

import { formatRequirement } from './format-wish.ts';
import { ProblemList, shorten } from './problem-list.ts';
import { readArguments } from './read-arguments.ts';
import type { WishReading, WishRequirement } from './wish-requirement.ts';

const texts = z.array(z.string()).max(10_000);

const wantedSchema = z.object({
  name: z.string().max(200),
  extras: texts,
  specifier: z.string(),
  marker: z.string().optional(),
  sha256s: texts,
  source: z.object({ from: z.string().max(4096), line: z.int().optional(), base: z.string().max(100).optional() }),
});

/**
 * Reads what a request wants: requirements as a person writes them, and some that were read from a file before. Those are
 * read again as the lines that they stand for, so that a caller cannot put into one what no line could say.
 */
export function readWanted(wanted: readonly (string | WishRequirement)[]): WishReading {
  const readings = wanted.map((each) => (typeof each === 'string' ? readArguments([each]) : readAgain(each)));
  return {
    requirements: readings.flatMap(({ requirements }) => requirements),
    problems: readings.flatMap(({ problems }) => problems),
  };
}

function readAgain(value: unknown): WishReading {
  const parsed = wantedSchema.safeParse(value);
  if (!parsed.success) {
    const problems = new ProblemList('argument');
    for (const { path, message } of parsed.error.issues) problems.add({ message: `${path.join('.')}: ${message}` });
    return { requirements: [], problems: problems.finish() };
  }
  const { source, ...said } = parsed.data;
  const { requirements, problems } = readArguments([formatRequirement({ ...said, source })], source);
  return {
    requirements: requirements.map((each) => ({ ...each, source })),
    problems: problems.map((each) => ({ ...each, ...source, text: shorten(`${said.name}${said.specifier}`) })),
  };
}
