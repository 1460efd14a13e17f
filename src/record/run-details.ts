import { z } from 'zod';

import { digestSchema } from './entry.ts';

const count = z.int().nonnegative();

/** The details of `run.start`: what is about to run, and what it may. */
export const runStartDetailsSchema = z.strictObject({
  /** The name of the file, as the caller gave it. */
  file: z.string().max(1024),
  /** SHA-256 of the code in UTF-8. */
  codeDigest: digestSchema,
  /** SHA-256 of the canonical JSON of what was passed in. */
  inputsDigest: digestSchema,
  /** Folders of this machine that a program sees. */
  shown: z.array(z.string().max(4096)).max(16).default([]),
  /** Null for the plain interpreter, without an environment. */
  environmentKey: z.string().max(256).nullable(),
  /** The version of CPython. */
  python: z.string().max(64),
  backend: z.string().max(64),
  /** What the sandbox enforced, by the names of the sandbox's contract. */
  capabilities: z.array(z.string().max(64)).max(100),
  limits: z.record(z.string().max(64), z.number().nullable()),
});

const path = z.string().max(4096);

const artifactSchema = z.union([
  z.strictObject({
    path,
    change: z.enum(['new', 'changed', 'removed']),
    /** Null where nothing is there any more. */
    bytes: count.nullable(),
    /** Null where nothing is there any more, or more than is digested. */
    digest: digestSchema.nullable(),
  }),
  /** As it was written while only files with a digest were told. */
  z.strictObject({ path, bytes: count, digest: digestSchema }),
]);

/** The details of `state.saved` and `state.restored`: how many names, as it is told from inside. */
export const stateDetailsSchema = z.strictObject({
  names: count,
  /** How many could not be saved, or brought back. */
  lost: count,
  /** Of the file, where it was written. */
  bytes: count.nullable(),
});

/** The details of `run.end`: how it ended, what it used, what it left. */
export const runEndDetailsSchema = z.strictObject({
  /** `status` says how; the rest depends on it. */
  outcome: z.object({ status: z.string().max(64) }).catchall(z.union([z.string(), z.number(), z.null()])),
  usage: z.strictObject({
    wallMs: count,
    cpuMs: count.nullable(),
    peakMemoryBytes: count.nullable(),
    memoryKills: count,
    refusedForks: count,
  }),
  outputBytes: count,
  /** Output beyond the cap, which nobody has seen. */
  cutBytes: count,
  artifacts: z.array(artifactSchema).max(500),
  /** How many files more were new, changed or removed. */
  moreArtifacts: count.default(0),
});

export type RunStartDetails = z.output<typeof runStartDetailsSchema>;
export type StateDetails = z.output<typeof stateDetailsSchema>;
export type RunEndDetails = z.output<typeof runEndDetailsSchema>;
