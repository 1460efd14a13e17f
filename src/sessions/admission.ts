import { z } from 'zod';

import { isEnvironmentKey } from '../environments/inside.ts';
import { BelljarError } from '../errors.ts';
import { optionsReader, signalOption, timeoutOption } from '../options.ts';
import type { Actor, Policy, RunLimits } from '../policy/index.ts';
import type { BackendName } from '../sandbox/index.ts';
import { type Role, roleNames } from '../words.ts';
import { workspaceNameSchema } from '../workspace-name.ts';

export interface OpenSessionOptions {
  readonly actor: Actor;
  readonly role: Role;
  /** Whose files it works on, kept from session to session; without one they are gone with it. */
  readonly workspace?: string | null | undefined;
  /** The key of the environment that it has, for as long as it lasts; without one it has the plain interpreter. */
  readonly environment?: string | null | undefined;
  /** What differs from the policy's own limits. */
  readonly requested?: Partial<RunLimits> | undefined;
  /** Modules of installed packages that are imported before the session is there; those that cannot be are left out. */
  readonly preload?: readonly string[] | undefined;
  /** Ends the session when nobody wanted anything of it for so long. */
  readonly idleTimeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export const modulesSchema = z
  .array(
    z
      .string()
      .max(200)
      .regex(/^[\p{ID_Start}_]\p{ID_Continue}*(\.[\p{ID_Start}_]\p{ID_Continue}*)*$/u, 'must be the name of a module'),
  )
  .max(64)
  .readonly();

const limitNames = [
  'memoryBytes',
  'cpus',
  'processes',
  'cpuTimeMs',
  'wallTimeMs',
  'diskBytes',
  'scratchBytes',
  'openFiles',
  'outputBytes',
] as const satisfies readonly (keyof RunLimits)[];

/** Limits that are asked for; how large they may be is the policy's to say. */
export function limitsSchema(amount: z.ZodType<number>): z.ZodType<Partial<RunLimits>> {
  return z.strictObject(Object.fromEntries(limitNames.map((name) => [name, amount.optional()])));
}

export const environmentSchema = z.string().refine(isEnvironmentKey, 'must be the key of an environment').nullable();

const opening = {
  workspace: workspaceNameSchema.nullable().optional(),
  environment: environmentSchema.optional(),
  requested: limitsSchema(z.custom<number>()).optional(),
  preload: modulesSchema.optional(),
  idleTimeoutMs: timeoutOption,
  signal: signalOption,
};

/** Who asks, and in which role. */
export const askingShape = {
  actor: z.strictObject({ id: z.string().min(1).max(512), kind: z.enum(['user', 'service', 'anonymous']) }),
  role: z.enum(roleNames),
};

/** On whose behalf a workspace is used. */
export type Asker = Pick<OpenSessionOptions, 'actor' | 'role'>;
export type WorkspaceSessionOptions = Omit<OpenSessionOptions, 'actor' | 'role' | 'workspace'>;

/** What is asked comes from the embedding program, which may not be TypeScript. */
export const readOpening = optionsReader<OpenSessionOptions>('opening a session', { ...askingShape, ...opening });
export const readAsker = optionsReader<Asker>('the user of a workspace', askingShape);

const { workspace: _named, ...ofWorkspace } = opening;
export const readWorkspaceOpening = optionsReader<WorkspaceSessionOptions>(
  'opening a session of a workspace',
  ofWorkspace,
);

/** What the policy counts on and this version cannot do is refused, never left out in silence. */
export function findUnsupported({ backends }: Policy['runtime'], backend: BackendName): BelljarError | undefined {
  if (backends.includes(backend)) return undefined;
  const message = `the policy allows the backends ${backends.join(', ')}, and this version has ${backend} only`;
  return new BelljarError('SANDBOX_UNAVAILABLE', message, {
    hint: `Add ${backend} to runtime.backends of the policy.`,
  });
}
