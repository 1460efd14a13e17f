import { z } from 'zod';

import { problemSchema } from '../wheel-reading.ts';

/** What the program says before any content: nothing of it is believed before the host has judged it. */
export const announcementSchema = z.strictObject({
  /** In the order in which their content comes. */
  files: z.array(z.strictObject({ path: z.string().max(4096), sizeBytes: z.int().min(0), isExecutable: z.boolean() })),
  /** What is there as a folder of its own: none is made for it, and what it is called is judged. */
  folders: z.array(z.string().max(4096)).optional(),
  recordText: z.string(),
  /** The bytes of METADATA in base64. */
  metadata: z.base64(),
  wheelFile: z.string(),
  entryPoints: z.string().optional(),
});

export type Announcement = z.infer<typeof announcementSchema>;

/** What it says at last: what is wrong with the wheel, where something is. */
export const endSchema = z.strictObject({ problem: problemSchema.optional() });

/** The value that bytes stand for; undefined where they stand for none. */
export function parseSaying<T>(schema: z.ZodType<T>, bytes: Buffer): T | undefined {
  try {
    return schema.safeParse(JSON.parse(bytes.toString())).data;
  } catch {
    return undefined;
  }
}
