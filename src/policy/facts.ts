import { z } from 'zod';

import { isProjectName, normalizeName } from './names.ts';

/**
 * What is known about the packages of a plan. A fact that is not known is left out, and becomes the missing-fact rule of
 * the policy; nothing here is ever assumed.
 */

const name = z
  .string()
  .refine(isProjectName, 'is not the name of a project')
  .transform((value) => normalizeName(value));
const instant = z.iso.datetime({ offset: true, error: 'must be a time such as 2026-05-01T12:00:00Z' });

export const severities = ['low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof severities)[number];

const fileFacts = z.strictObject({
  name: z.string().min(1),
  sha256: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, 'must be 64 hexadecimal digits')
    .toLowerCase()
    .optional(),
  sizeBytes: z.int().min(0).optional(),
  uploadTime: instant.optional(),
  yanked: z.boolean(),
  isWheel: z.boolean(),
});

/** No character that looks like another, or like none: an id that only looks like MAL-1 would not be malware. */
const advisoryId = z.string().regex(/^[\x21-\x7e]+$/, 'must be of printable ASCII characters without spaces');

const advisoryFacts = z.strictObject({
  id: advisoryId,
  aliases: z.array(advisoryId).default([]),
  severity: z.enum(severities).optional(),
  summary: z.string().optional(),
  withdrawn: z.boolean().default(false),
});

const inspectionFacts = z.union([
  z.literal('pending').meta({ description: 'The wheel is opened before it is built, and judged then.' }),
  z.strictObject({
    installedBytes: z.int().min(0),
    hasStartupFiles: z.boolean(),
    hasNativeCode: z.boolean(),
  }),
]);

/** What may differ between the versions of one project. */
const versionFacts = {
  files: z.array(fileFacts).optional().meta({ description: 'The files that the lock would use.' }),
  licence: z
    .strictObject({ expression: z.string(), source: z.string().optional() })
    .optional()
    .meta({ description: 'The licence as an SPDX expression, and where that was read.' }),
  index: z.string().min(1).optional().meta({ description: 'The name of the index it comes from.' }),
  status: z.enum(['active', 'archived', 'deprecated', 'quarantined']).optional(),
  advisories: z.array(advisoryFacts).meta({ description: 'The advisories that affect this version; [] for none.' }),
  inspection: inspectionFacts.optional(),
};

const candidateFacts = z.strictObject({ version: z.string().min(1), ...versionFacts });

const packageFacts = z.strictObject({
  name,
  version: z.string().min(1).optional(),
  /** What the wish says of the version, where no version is known yet. */
  specifier: z.string().optional(),
  requested: z.boolean().default(false),
  dependants: z.array(name).default([]).meta({ description: 'The packages of this plan that need it.' }),
  /** Left out where its name is like no other: that is always known. */
  lookalike: z
    .strictObject({ of: name, why: z.string() })
    .optional()
    .meta({ description: 'The famous project that its name is easily taken for, and what makes it so.' }),
  ...versionFacts,
  candidates: z.array(candidateFacts).optional().meta({ description: 'Other versions that could be taken.' }),
});

export const factsSchema = z.strictObject({
  packages: z.array(packageFacts),
  advisoryData: z
    .strictObject({ asOf: instant })
    .optional()
    .meta({ description: 'The state of the advisory data; left out where there is none.' }),
});

export type Facts = z.output<typeof factsSchema>;
export type PackageFacts = z.output<typeof packageFacts>;
export type CandidateFacts = z.output<typeof candidateFacts>;
export type FileFacts = z.output<typeof fileFacts>;
export type AdvisoryFacts = z.output<typeof advisoryFacts>;
