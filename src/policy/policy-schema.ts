import { z } from 'zod';

import { packagesSchema } from './packages-schema.ts';
import { pluginsSchema } from './plugins-schema.ts';
import { defaultRoles, rolesSchema } from './roles-schema.ts';
import { type limitKeys, runtimeSchema } from './runtime-schema.ts';
import { testsSchema } from './tests-schema.ts';
import { waiversSchema } from './waivers-schema.ts';

/** The whole file. What it leaves out is filled in with the safe defaults. */
export const policySchema = z
  .strictObject({
    version: z.literal(1, 'must be 1').meta({ description: 'The version of this schema.' }),
    roles: rolesSchema.prefault(defaultRoles),
    packages: packagesSchema,
    runtime: runtimeSchema,
    plugins: pluginsSchema,
    waivers: waiversSchema,
    tests: testsSchema,
  })
  .meta({
    title: 'Belljar policy',
    description: 'Who may do what, which packages may come in, what running code may touch.',
  });

type Parsed = z.output<typeof policySchema>;

/** A policy as it is judged by: plain data with every default filled in. */
export interface Policy extends Omit<Parsed, 'packages' | 'runtime'> {
  readonly packages: Omit<Parsed['packages'], 'missing'> & {
    readonly missing: Readonly<Record<keyof Parsed['packages']['missing'], 'ask' | 'deny'>>;
  };
  readonly runtime: Omit<Parsed['runtime'], 'limits' | 'maximum'> & {
    readonly limits: RunLimits;
    readonly maximum: RunLimits;
  };
}

export type ParsedPolicy = Parsed;

/** What a run gets. */
export type RunLimits = Readonly<Record<(typeof limitKeys)[keyof typeof limitKeys], number>>;

export function toRunLimits(limits: Parsed['runtime']['limits']): RunLimits {
  return {
    memoryBytes: limits.memory,
    cpus: limits.cpus,
    processes: limits.processes,
    wallTimeMs: limits.wallTime,
    cpuTimeMs: limits.cpuTime,
    outputBytes: limits.output,
    diskBytes: limits.disk,
    scratchBytes: limits.scratch,
    openFiles: limits.openFiles,
  };
}
