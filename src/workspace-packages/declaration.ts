import { z } from 'zod';

import { actorKinds, roleNames } from '../words.ts';

export const changeKinds = ['install', 'uninstall', 'upgrade', 'sync', 'rollback', 'import'] as const;
export type ChangeKind = (typeof changeKinds)[number];

const lines = z.array(z.string()).readonly();

const asked = z
  .string()
  .nullable()
  .transform((text): unknown => (text === null ? {} : JSON.parse(text)))
  .pipe(z.object({ python: z.string().exactOptional(), base: z.string().exactOptional() }).readonly());

const states = {
  number: z.int().positive(),
  python: z.string(),
  /** The program that its environment was made with. */
  interpreter: z.string().nullable(),
  /** The base that it stands on. */
  base: z.string().nullable(),
  /** The Python and the base that somebody asked for; the installation decides what is left out. */
  asked,
  requirements: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(lines),
  wish: z.string(),
  lock: z.string().nullable(),
  environment: z.string().nullable(),
};

export const declarationSchema = z
  .object({ ...states, name: z.string(), owner: z.string().nullable(), made: z.string(), changed: z.string() })
  .readonly();

export const environmentSchema = z.object({ name: z.string(), environment: z.string().nullable() });

const actorText = z
  .string()
  .transform((text): unknown => JSON.parse(text))
  .pipe(z.object({ id: z.string(), kind: z.enum(actorKinds), role: z.enum(roleNames) }).readonly());

export const pastDeclarationSchema = z
  .object({ ...states, time: z.string(), kind: z.enum(changeKinds), actor: actorText })
  .readonly();

/** What a workspace has declared, and the lock and the environment that came of it; null where it declared nothing. */
export type Declaration = z.output<typeof declarationSchema>;

/** One state of it, with who made it and how. */
export type PastDeclaration = z.output<typeof pastDeclarationSchema>;

/** What a change comes to, before it is attached. */
export type DeclaredState = Pick<Declaration, 'python' | 'requirements' | 'wish' | 'lock' | 'environment'> &
  Partial<Pick<Declaration, 'interpreter' | 'base' | 'asked'>>;
