import { z } from 'zod';

import { byteSize, duration, globText } from '../policy/index.ts';

/** A password here would be read by whoever reads the file, and end in every copy of it. */
const address = z
  .url({ protocol: /^https?$/, error: 'must be an http or https address' })
  .refine((text) => !hasPassword(text), 'must not hold a name or password; write them to a .netrc file')
  .transform((text) => (text.endsWith('/') ? text : `${text}/`));

function hasPassword(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username !== '' || password !== '';
}

const indexName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be of small letters, digits and hyphens, such as company')
  .meta({ description: 'What the policy and the plan call it.' });

const index = z.strictObject({
  name: indexName,
  url: address.meta({ description: 'Its simple API, such as https://packages.example.org/simple/.' }),
  only: z.array(globText).min(1, 'must name a project, or be left out').optional().meta({
    description: 'The projects that come from here and from nowhere else. One index has none: it is for all others.',
  }),
});

const adviceAddress = z
  .url({ protocol: /^https?$/, error: 'must be an http or https address' })
  .refine((text) => !hasPassword(text), 'must not hold a name or password; write them to a .netrc file');

const presetName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be of small letters, digits and hyphens, such as scientific')
  .refine((name) => name !== 'none' && name !== 'default', 'is a word of its own');

const preset = z.strictObject({
  requirements: z.array(z.string()).prefault([]).meta({ description: 'As in a requirements file.' }),
  systemSitePackages: z
    .boolean()
    .prefault(false)
    .meta({ description: 'Whether what is installed beside the Python belongs to it, at the same versions.' }),
  python: z.string().optional().meta({ description: 'A version (3.12) or a path; left out: the installation’s own.' }),
});

const programName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be of small letters, digits and hyphens, such as quarto');

const program = z.strictObject({
  folder: z
    .string()
    .regex(/^\/./, 'must be an absolute path, such as /opt/quarto')
    .meta({ description: 'All of it is shown, read-only and at the same path.' }),
  path: z
    .string()
    .refine((path) => !path.startsWith('/') && !path.split('/').includes('..'), 'must be a path below the folder')
    .prefault('.')
    .meta({ description: 'Where its commands are, below the folder.' }),
});

/** How this installation is set up: nothing here decides what may come in. */
export const settingsSchema = z
  .strictObject({
    version: z.literal(1, 'must be 1').meta({ description: 'The version of this schema.' }),
    indexes: z
      .array(index)
      .min(1, 'must name an index, or be left out')
      .optional()
      .meta({ description: 'Where packages come from. Left out: the index that pip is configured with.' }),
    gate: z
      .strictObject({
        fresh: duration
          .prefault('10m')
          .meta({ description: 'How long a page is served without asking its index again.' }),
      })
      .prefault({})
      .meta({ description: 'The index that everything is installed through.' }),
    packages: z
      .strictObject({
        cache: z
          .strictObject({
            maxBytes: byteSize
              .prefault('20GB')
              .meta({ description: 'How much is kept of what was fetched from indexes or built from source.' }),
          })
          .prefault({})
          .meta({ description: 'What can be fetched or built again.' }),
      })
      .prefault({})
      .meta({ description: 'What is kept of packages.' }),
    environments: z
      .strictObject({
        sharedBy: z
          .enum(['installation', 'owner', 'workspace'])
          .prefault('installation')
          .meta({ description: 'Who shares environments that are equal.' }),
        base: presetName.optional().meta({ description: 'The preset that workspaces stand on that name no other.' }),
        maxBytes: byteSize.prefault('20GB').meta({ description: 'How much the environments may take on the disk.' }),
        collectEvery: duration
          .prefault('1h')
          .refine((ms) => ms >= 60_000 && ms <= 7 * 86_400_000, 'must be between 1m and 7d')
          .meta({ description: 'How often a program that lives long makes room.' }),
      })
      .prefault({})
      .meta({ description: 'What packages are built into.' }),
    presets: z
      .record(presetName, preset)
      .prefault({})
      .meta({ description: 'Curated sets of packages, by the names that workspaces use as their base.' }),
    programs: z
      .record(programName, program)
      .prefault({})
      .meta({ description: 'Programs of this machine that commands behind glass find on their PATH.' }),
    advisories: z
      .strictObject({
        url: adviceAddress.optional().meta({ description: 'A dump of OSV records, as a zip file.' }),
        refresh: duration.prefault('6h').meta({ description: 'How often a running server fetches it.' }),
      })
      .prefault({})
      .meta({ description: 'Where advisories come from.' }),
  })
  .meta({ title: 'Belljar settings', description: 'Where packages and advisories come from, and how much is kept.' });

export type Settings = z.output<typeof settingsSchema>;
