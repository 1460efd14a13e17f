import { z } from 'zod';

/**
 * OSV 1.x as far as its facts matter here. What else stands in a record passes unseen; what is here and of a wrong kind is
 * refused, since half of a record could be the wrong half.
 */
const rating = z.object({ type: z.string(), score: z.string() });
const ratings = z.array(rating).max(100).nullish();

/** Free for each source to fill; where it says how severe, GitHub's words are used. */
const sourceSpecific = z.looseObject({ severity: z.unknown().optional() }).nullish();

export const osvEventSchema = z.object({
  introduced: z.string().optional(),
  fixed: z.string().optional(),
  last_affected: z.string().optional(),
  limit: z.string().optional(),
});

const range = z.object({
  type: z.string(),
  events: z.array(osvEventSchema).max(20_000, 'has too many events').nullish(),
});

const affected = z.object({
  package: z.object({ ecosystem: z.string(), name: z.string() }).nullish(),
  severity: ratings,
  ranges: z.array(range).max(1000, 'has too many ranges').nullish(),
  versions: z.array(z.string()).max(50_000, 'has too many versions').nullish(),
  database_specific: sourceSpecific,
  ecosystem_specific: sourceSpecific,
});

export const osvRecordSchema = z.object({
  schema_version: z.string().regex(/^1\./, 'is not version 1 of the schema').nullish(),
  id: z.string(),
  modified: z.unknown().optional(),
  published: z.unknown().optional(),
  withdrawn: z.unknown().optional(),
  aliases: z.array(z.string()).max(1000, 'has too many aliases').nullish(),
  summary: z.unknown().optional(),
  severity: ratings,
  affected: z.array(affected).max(10_000, 'names too many packages').nullish(),
  database_specific: sourceSpecific,
});

export type OsvRecord = z.output<typeof osvRecordSchema>;
export type OsvAffected = z.output<typeof affected>;
export type OsvRange = z.output<typeof range>;
export type OsvEvent = z.output<typeof osvEventSchema>;
