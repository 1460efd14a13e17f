import { z } from 'zod';

import { verdicts } from '../words.ts';
import { cpus, count } from './runtime-schema.ts';
import {
  duration,
  globText,
  licencePatternText,
  packagePatternText,
  positiveByteSize as size,
  positiveDuration as time,
  text,
} from './scalars.ts';

/** Node's own threads and memory: below, no wheel could be opened at all. */
const leastMemoryBytes = 256 * 2 ** 20;
const leastProcesses = 32;

const verdict = z.enum(verdicts).meta({ description: 'allow, ask (an approver answers) or deny.' });
/** For what is missing there is no `allow`: what is not known is never good. */
const missingVerdict = z.enum(['ask', 'deny'], {
  error: (issue) =>
    issue.input === 'allow' ? 'a missing fact is never allowed: write ask or deny' : 'must be ask or deny',
});

const packageRule = z
  .union([
    packagePatternText.transform((pattern): { package: string; because?: string | undefined } => ({
      package: pattern,
    })),
    z.strictObject({
      package: packagePatternText,
      because: text.optional().meta({ description: 'Why; shown with the verdict.' }),
    }),
  ])
  .meta({ description: 'A pattern, or a pattern and the reason for it.', samples: ['pandas>=2,<3'] });

const packageRules = z.array(packageRule).default([]);
const licenceList = z.array(licencePatternText).default([]);

/** Each fact that the policy needs, and what is said where it is missing. */
export const missingFacts = {
  version: 'The version is not known.',
  files: 'It is not known which files would be used, so neither whether they are wheels nor whether they were yanked.',
  hash: 'A file has no sha256.',
  uploadTime: 'A file has no upload time.',
  size: 'A file has no size.',
  licence: 'The licence is not stated, or is no SPDX expression.',
  source: 'It is not known which index the package comes from.',
  status: 'The status of the project is not known.',
  severity: 'An advisory has no severity.',
  advisories: 'There is no advisory data, or it is older than advisories.maximumAge.',
  inspection: 'The wheel was not inspected, nor is it marked as still to be.',
} as const;
export type MissingFact = keyof typeof missingFacts;

const missing = z
  .strictObject(
    mapValues(missingFacts, (description) =>
      missingVerdict.optional().meta({ description: `${description} ask or deny.` }),
    ),
  )
  .prefault({})
  .meta({
    description:
      'What is said where a fact is missing. Left out: the strictest verdict the fact itself could have led to, at least ask.',
  });

export const packagesSchema = z
  .strictObject({
    default: verdict.default('allow').meta({ description: 'For a package that no rule names.' }),
    allow: packageRules.meta({ description: 'Packages that need no verdict by default.' }),
    ask: packageRules.meta({ description: 'Packages that an approver must agree to.' }),
    deny: packageRules.meta({ description: 'Packages that never come in.' }),
    missing,
    sourceDistributions: z.enum(['ask', 'deny'], 'must be ask or deny').default('deny').meta({
      description: 'Files that are no wheels: building them runs their code.',
    }),
    prereleases: verdict.default('allow').meta({ description: 'Pre-releases and development releases.' }),
    lookalikes: verdict.default('ask').meta({
      description: 'Names that are easily taken for a famous one. A name that stands under allow is no such name.',
    }),
    yanked: verdict.default('deny').meta({ description: 'Files that their author took back.' }),
    status: z
      .strictObject({
        archived: verdict.default('ask').meta({ description: 'No updates are to be expected.' }),
        deprecated: verdict.default('ask').meta({ description: 'Something else took its place.' }),
      })
      .prefault({})
      .meta({ description: 'The status of projects (PEP 792). Quarantined ones are always denied.' }),
    releaseAge: z
      .strictObject({
        minimum: duration.prefault('7d').meta({ description: 'How long every file must have been public.' }),
        verdict: verdict.default('ask').meta({ description: 'For what is younger.' }),
        except: z.array(packagePatternText).default([]).meta({ description: 'Packages of which no age is asked.' }),
      })
      .prefault({})
      .meta({ description: 'New releases wait until others have looked at them.' }),
    licences: z
      .strictObject({
        default: verdict.default('allow').meta({ description: 'For a licence that no list names.' }),
        allow: licenceList,
        ask: licenceList,
        deny: licenceList,
      })
      .prefault({})
      .meta({ description: 'Licences as SPDX: OR is satisfied by one side, AND needs both.' }),
    sources: z
      .strictObject({
        allow: z.array(globText).default(['*']).meta({ description: 'Indexes that packages may come from, by name.' }),
        only: z
          .array(
            z.strictObject({
              package: packagePatternText,
              index: globText.meta({ description: 'The only index it may come from.' }),
            }),
          )
          .default([])
          .meta({ description: 'Packages that may come from one index only, whatever others offer.' }),
      })
      .prefault({})
      .meta({ description: 'Where packages may come from.' }),
    advisories: z
      .strictObject({
        critical: verdict.default('deny'),
        high: verdict.default('deny'),
        medium: verdict.default('ask'),
        low: verdict.default('allow'),
        maximumAge: duration.prefault('7d').meta({ description: 'How old the advisory data may be.' }),
      })
      .prefault({})
      .meta({ description: 'Known vulnerabilities, by severity. Advisories of malware always deny.' }),
    inspection: z
      .strictObject({
        startupFiles: verdict.default('ask').meta({ description: 'Wheels with files that run at every start (.pth).' }),
        nativeCode: verdict.default('allow').meta({ description: 'Wheels with compiled code.' }),
      })
      .prefault({})
      .meta({ description: 'What was seen when the wheel was opened.' }),
    limits: z
      .strictObject({
        verdict: z.enum(['ask', 'deny'], 'must be ask or deny').default('deny').meta({
          description: 'For a plan beyond its bounds.',
        }),
        packages: z.int().min(1, 'must be at least 1').default(500).meta({ description: 'Packages in one plan.' }),
        downloadBytes: size.prefault('2GiB').meta({ description: 'All files of a plan together.' }),
        installedBytes: size.prefault('6GiB').meta({ description: 'The environment on disk.' }),
        buildTime: duration.prefault('10m').meta({ description: 'How long building the environment may take.' }),
      })
      .prefault({})
      .meta({ description: 'Bounds for a whole plan.' }),
    build: z
      .strictObject({
        memory: size
          .refine((bytes) => bytes >= leastMemoryBytes, 'must be at least 256MiB: what opens wheels takes that itself')
          .prefault('2GiB')
          .meta({ description: 'Memory of each program that opens, compiles or builds; at least 256MiB.' }),
        cpus: cpus.default(2).meta({ description: 'Processor cores of each of them.' }),
        processes: count
          .refine((number) => number >= leastProcesses, 'must be at least 32: what opens wheels has that many threads')
          .default(128)
          .meta({ description: 'Processes and threads of each of them; at least 32.' }),
        cpuTime: time.prefault('10m').meta({ description: 'Time on the processors, for each wheel or source.' }),
        disk: size.prefault('1GiB').meta({ description: 'What building a source may write; it is kept in memory.' }),
        files: count.default(500_000).meta({ description: 'Files of one environment, compiled ones included.' }),
      })
      .prefault({})
      .meta({ description: 'Bounds for whatever opens, compiles or builds packages. They are held; nobody is asked.' }),
  })
  .prefault({})
  .meta({ description: 'Which packages may come in.' });

function mapValues<Key extends string, From, To>(
  record: Readonly<Record<Key, From>>,
  change: (value: From) => To,
): Record<Key, To> {
  return Object.fromEntries(Object.entries<From>(record).map(([key, value]) => [key, change(value)])) as Record<
    Key,
    To
  >;
}
