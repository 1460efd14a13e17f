import { z } from 'zod';

import { type Sql, sql } from '../../storage/index.ts';

const pythonSchema = z.object({ executable: z.string(), version: z.string(), tag: z.string(), build: z.string() });

const json = <T>(schema: z.ZodType<T>) =>
  z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(schema);

const rowSchema = z
  .object({
    key: z.string(),
    lock: z.string(),
    python: json(pythonSchema),
    platform: z.string(),
    namespace: z.string(),
    state: z.enum(['whole', 'damaged']),
    tree_digest: z.string(),
    files: z.number(),
    bytes: z.number(),
    made: z.string(),
    used: z.string(),
    pinned: z.number(),
    leases: z.number(),
  })
  .transform(({ tree_digest: treeDigest, pinned, ...row }) => ({ ...row, treeDigest, isPinned: pinned === 1 }));

/** An environment as it stands on the shelf; `leases` counts the processes that use it. */
export type ShelvedEnvironment = Readonly<z.output<typeof rowSchema>>;

/** With what reads a query of environments. */
export const asEnvironments = { schema: rowSchema };

export function selectEnvironments(which: Sql): Sql {
  return sql`select key, lock, python, platform, namespace, state, tree_digest, files, bytes, made, used, pinned,
      (select count(*) from environment_leases where environment_leases.environment = key) as leases
    from environments where ${which}`;
}

const builderSchema = z.object({
  attempt: z.string(),
  holder: z.string(),
  state: z.enum(['building', 'failed']),
  body: json(z.unknown()),
  expires: z.number().nullable(),
});

/** Who builds an environment, or could not. */
export type BuilderRow = Readonly<z.output<typeof builderSchema>>;

export const asBuilders = { schema: builderSchema };

export function selectBuilder(key: string): Sql {
  return sql`select attempt, holder, state, body, expires from environment_builders
    left join environment_holders on environment_holders.id = environment_builders.holder where environment = ${key}`;
}
