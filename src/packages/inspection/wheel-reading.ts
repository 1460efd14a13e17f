import { z } from 'zod';

import { refusalRules, type RefusalRule } from './rules.ts';

const ruleNames = Object.keys(refusalRules) as RefusalRule[];
const path = z.string().max(4096);

export const problemSchema = z.strictObject({
  rule: z.enum(ruleNames),
  message: z.string().max(10_000),
  path: path.optional(),
});

/** What the program that opened a wheel says of it: nothing of it is believed for more than the wheel’s own word. */
export const wheelReadingSchema = z.strictObject({
  problems: z.array(problemSchema).max(1000),
  files: z.array(z.strictObject({ path, sizeBytes: z.int().min(0), isNative: z.boolean(), isExecutable: z.boolean() })),
  /** What is there as a folder of its own, with files in it or without. */
  folders: z.array(path),
  /** The name of the folder, `.dist-info` included. */
  distInfo: z.string().max(1024),
  /** The bytes of METADATA in base64, and what else tells of the wheel as text. */
  metadata: z.base64(),
  wheelFile: z.string(),
  entryPoints: z.string().optional(),
});

export type WheelReading = z.infer<typeof wheelReadingSchema>;
