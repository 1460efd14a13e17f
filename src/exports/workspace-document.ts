import { z } from 'zod';

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const short = z.string().max(512);

const environmentSchema = z.strictObject({
  key: digest,
  lock: digest,
  /** Null where it had made room. */
  treeDigest: digest.nullable(),
  target: short,
  python: z.strictObject({ version: short, tag: short, build: short }).nullable(),
  /** The packages that were asked for by name; all others came with them. */
  requested: z.array(short).max(10_000),
});

/** What a bundle says of its workspace. */
export const workspaceSchema = z.strictObject({
  name: short.min(1),
  requirements: z.array(z.string().max(2000)).max(10_000),
  python: z
    .string()
    .regex(/^3\.\d{1,3}(\.\d{1,3})?$/)
    .nullable(),
  environment: environmentSchema.nullable(),
  /** The notebooks among the files, with the outputs that they have. */
  notebooks: z.array(z.string()),
  /** What is in the workspace, and not in the bundle. */
  leftOut: z.array(z.strictObject({ path: z.string(), why: z.enum(['link', 'other', 'name']) })),
});

export type WorkspaceDocument = Readonly<z.output<typeof workspaceSchema>>;
export type EnvironmentDocument = Readonly<z.output<typeof environmentSchema>>;
