import { z } from 'zod';

import { maxTimerMs, readOptions } from '../../options.ts';
import { environmentSchema, limitsSchema, modulesSchema } from '../admission.ts';

const maxCount = 1000;
const count = z.int().min(0).max(maxCount);
const amount = z.number().positive();

const presetSchema = z.strictObject({
  /** Modules that are imported already; sessions that ask for the same ones get it. */
  preload: modulesSchema.default([]),
  /** The key of the environment that they come from. */
  environment: environmentSchema.default(null),
  /** What differs from the policy's own limits, as in the sessions that are to get it. */
  requested: limitsSchema(amount).default({}),
  /** For new workspaces, which take over the files that one comes with; or for sessions without a workspace. */
  files: z.enum(['workspace', 'scratch']).default('scratch'),
  /** So many are kept, wanted lately or not. */
  keep: count.default(1),
});

export const poolSchema = z.strictObject({
  presets: z.array(presetSchema).max(64).default([]),
  /** Warm ones at most: in all, and of each kind. */
  maxWarm: count.default(8),
  maxWarmPerKind: count.default(4),
  /** What was not wanted for so long is let go, down to what its preset keeps. */
  idleMs: z.int().positive().max(maxTimerMs).default(300_000),
  /** With less memory left on the machine all warm ones are let go, and none is made. */
  minAvailableBytes: z
    .int()
    .min(0)
    .default(512 * 1024 * 1024),
});

/** How many warm sessions are kept; what is left out has its default. */
export type PoolOptions = z.input<typeof poolSchema>;
export type PoolSettings = z.output<typeof poolSchema>;
export type Preset = PoolSettings['presets'][number];

/** @throws USAGE where they are none. */
export function readPoolOptions(options: PoolOptions): PoolSettings {
  return readOptions(poolSchema, options, 'the pool of sessions');
}
