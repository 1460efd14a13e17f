import { z } from 'zod';

import { roleNames, verdicts } from '../words.ts';
import { factsSchema, severities } from './facts.ts';
import { missingFacts } from './packages-schema.ts';
import { parseRequirement } from './requirement.ts';
import { actions } from './roles-schema.ts';
import { limitLeaves } from './runtime-schema.ts';
import { byteSize, calendarDate, duration, text } from './scalars.ts';

const requirement = text
  .transform((value, context): string => {
    const reading = parseRequirement(value);
    if (reading.ok) return value.trim();
    context.issues.push({ code: 'custom', message: reading.message, input: value });
    return z.NEVER;
  })
  .meta({ description: 'A name with versions or without.', samples: ['pandas>=2'] });

const factNames = Object.keys(missingFacts) as [keyof typeof missingFacts];

/** A package as a case needs it: what is not said is known and good. */
const sketch = z
  .strictObject({
    package: requirement,
    licence: z.string().min(1).optional().meta({ description: 'An SPDX expression.' }),
    age: duration.optional().meta({ description: 'How long ago its files were uploaded.' }),
    wheel: z.boolean().default(true),
    yanked: z.boolean().default(false),
    index: text.optional(),
    status: z.enum(['active', 'archived', 'deprecated', 'quarantined']).default('active'),
    advisories: z
      .array(
        z.strictObject({
          id: text,
          aliases: z.array(text).default([]),
          severity: z.enum(severities).optional(),
        }),
      )
      .default([]),
    sha256: z
      .string()
      .regex(/^[0-9a-fA-F]{64}$/, 'must be 64 hexadecimal digits')
      .optional(),
    size: byteSize.optional().meta({ description: 'What is downloaded.' }),
    installedSize: byteSize.optional(),
    startupFiles: z.boolean().default(false),
    nativeCode: z.boolean().default(false),
    lookalike: requirement.optional().meta({ description: 'The famous project that its name is easily taken for.' }),
    dependants: z.array(text).default([]).meta({ description: 'The packages of this case that need it.' }),
    missing: z.array(z.enum(factNames)).default([]).meta({ description: 'Facts that are not known.' }),
  })
  .meta({ description: 'A package; what is not said of it is known and good.' });

export type PackageSketch = z.output<typeof sketch>;

/** The sketch of a package of which only the requirement is given. */
export function sketchOf(requirementText: string): PackageSketch {
  return sketch.parse({ package: requirementText });
}

const runLimits = z.strictObject(limitLeaves).partial();

const testCase = z.strictObject({
  name: text,
  actor: text.default('someone').meta({ description: 'The id of who asks.' }),
  role: z.enum(roleNames).default('collaborator'),
  at: calendarDate.optional().meta({ description: 'The day of the case; today where left out.' }),
  given: z
    .union([requirement, sketch, z.array(z.union([requirement, sketch])).min(1, 'must name a package')])
    .optional()
    .meta({ description: 'Packages to install.' }),
  facts: factsSchema.optional().meta({ description: 'All facts of a plan, instead of `given`.' }),
  action: z.enum(actions).optional().meta({ description: 'Something to do, instead of `given`.' }),
  run: runLimits.optional().meta({ description: 'A run that asks for these limits, instead of `given`.' }),
  expect: z.enum(verdicts),
  because: text.optional().meta({
    description: 'A rule that must be among the reasons of that verdict.',
    samples: ['packages.deny[0]'],
  }),
});

export type PolicyTestCase = z.output<typeof testCase>;

export const testsSchema = z
  .array(testCase)
  .default([])
  .meta({ description: 'Cases that the policy must satisfy; `belljar policy test` runs them.' });
