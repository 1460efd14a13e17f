import { z } from 'zod';

import { calendarDate, licencePatternText, projectName, sha256, specifierText, text } from './scalars.ts';

/** The licence of a waiver for packages that state none. */
export const unknownLicence = 'unknown';

export const waiverSchema = z
  .strictObject({
    package: projectName,
    version: specifierText.optional().meta({ description: 'The versions it holds for.' }),
    sha256: sha256.optional().meta({ description: 'The one file it holds for.' }),
    advisory: z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)+$/, 'must be the id of an advisory, such as CVE-2026-1234')
      .optional()
      .meta({ description: 'The advisory it lifts, by any of its ids.', samples: ['GHSA-xxxx-xxxx-xxxx'] }),
    licence: z
      .union([z.literal(unknownLicence), licencePatternText])
      .optional()
      .meta({ description: `The licence it lifts; “${unknownLicence}” where the package states none.` }),
    rule: z
      .string()
      .regex(/^packages(?:\.[A-Za-z]+|\[\d+\])+$/, 'must be the path of a rule, such as packages.releaseAge')
      .optional()
      .meta({ description: 'The one rule it lifts.', samples: ['packages.releaseAge'] }),
    owner: text.meta({ description: 'Who answers for it.' }),
    reason: text.meta({ description: 'Why it is right.' }),
    expires: calendarDate.meta({ description: 'The last day on which it counts.' }),
  })
  .meta({ description: 'An exception for one package, that someone owns and that ends.' });

export const waiversSchema = z
  .array(waiverSchema)
  .default([])
  .meta({ description: 'Exceptions: each lifts one kind of refusal for one package, until it expires.' });
