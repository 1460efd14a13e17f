import { z } from 'zod';

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().nonnegative();

/** The few words that every environment carries about itself. */
export const environmentSchema = z.object({
  format: z.literal(1),
  treeDigest: digest,
  python: z.object({ version: z.string(), tag: z.string(), build: z.string() }),
  packages: z.array(z.object({ name: z.string(), version: z.string(), sha256: digest, isRequested: z.boolean() })),
  files: count,
  bytes: count,
  /** Of the long list. */
  list: z.object({ sha256: digest, sizeBytes: count }),
  /** What a quick look takes for the whole: folders by how many entries they have, files by their size. */
  landmarks: z.object({ folders: z.record(z.string(), count), files: z.record(z.string(), count) }),
});

export type EnvironmentDescription = z.infer<typeof environmentSchema>;

/** The long list: every path of an environment and what must lie there. */
export const listSchema = z.object({
  folders: z.array(z.string()),
  files: z.array(z.tuple([z.string(), count, z.boolean(), digest])),
  pointers: z.array(z.tuple([z.string(), z.string()])),
});

export type EnvironmentList = z.infer<typeof listSchema>;
