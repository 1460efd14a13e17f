import { z } from 'zod';

import { optionsReader, signalOption } from '../options.ts';
import type { Actor, RunLimits } from '../policy/index.ts';
import { askingShape, environmentSchema, limitsSchema } from '../sessions/index.ts';
import type { Role } from '../words.ts';

export interface StartProgram {
  readonly actor: Actor;
  readonly role: Role;
  /** Whose files it works on; without one it has an empty folder that is gone with it. */
  readonly workspace?: string | null | undefined;
  /** The key of the environment that it has; without one it has the plain interpreter. */
  readonly environment?: string | null | undefined;
  /** The command, found on its PATH inside, and its arguments. */
  readonly argv: readonly [string, ...string[]];
  /** Beside PATH, HOME, TMPDIR, VIRTUAL_ENV and QUARTO_PYTHON, and over them. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Inside; /workspace where left out. */
  readonly workingDirectory?: string | undefined;
  /** Folders of this machine that it sees read-only, at the same path; for the embedding program to choose, not for its users. */
  readonly shown?: readonly string[] | undefined;
  /** What differs from the policy's own limits. */
  readonly requested?: Partial<RunLimits> | undefined;
  /** It ends when it is closed, as a session does: its time on the clock is without a bound. */
  readonly isLasting?: boolean | undefined;
  /** Asks it to end, and a second later does not ask. */
  readonly signal?: AbortSignal | undefined;
}

const maxTextBytes = 1024 * 1024;
const argument = z.string().refine((text) => !text.includes('\0'), 'must not hold a NUL');

export const readStartProgram = optionsReader<StartProgram>('starting a program', {
  ...askingShape,
  workspace: z.string().nullable().optional(),
  environment: environmentSchema.optional(),
  argv: z
    .tuple([argument.min(1, 'must name a command')], argument)
    .refine((words) => sizeOf(words) <= maxTextBytes, 'is too long'),
  env: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of a variable'), argument)
    .refine((variables) => sizeOf(Object.values(variables)) <= maxTextBytes, 'is too long')
    .optional(),
  workingDirectory: argument.regex(/^\//, 'must be absolute').optional(),
  shown: z.array(argument).max(16).optional(),
  requested: limitsSchema(z.custom<number>()).optional(),
  isLasting: z.boolean().optional(),
  signal: signalOption,
});

function sizeOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text) + 1, 0);
}
