import { z } from 'zod';

import { bundleSchema } from './mime-bundle.ts';

/**
 * The runner's protocol, version 2: one JSON document per line in both directions. What comes from the runner is
 * untrusted: bounded here, parsed here, and never believed beyond its own run.
 */
export const protocolVersion = 2;

/** What a piece of output counts at least, on both sides: a flood of tiny pieces costs the host more than their bytes. */
export const minPieceBytes = 32;

const run = z.string().max(64);
const short = z.string().max(1024);

const runFrame = {
  type: z.literal('run'),
  run,
  /** How much output is wanted; the rest is counted, not sent. */
  outputBytes: z.int().nonnegative(),
  code: z.string(),
};
const answerFrame = { type: z.literal('answer'), run, call: short };

/** Ours are not parsed, only written; the runner reads them as they are described here. */
export const hostFrameSchema = z.union([
  z.strictObject({ ...runFrame, kind: z.literal('script'), name: z.string(), args: z.array(z.string()).readonly() }),
  z.strictObject({ ...runFrame, kind: z.literal('cell'), name: z.string() }),
  z.strictObject({ ...runFrame, kind: z.literal('call'), inputs: z.record(z.string(), z.unknown()).readonly() }),
  z.strictObject({ type: z.enum(['interrupt', 'kill']), run }),
  z.strictObject({ ...answerFrame, value: z.unknown() }),
  z.strictObject({ ...answerFrame, problem: z.string() }),
  z.strictObject({
    type: z.literal('ask'),
    ask: short,
    to: z.enum(['interpreter', 'files']),
    what: z.string(),
    about: z.unknown(),
  }),
  z.strictObject({ type: z.literal('forget'), ask: short }),
  z.strictObject({ type: z.literal('restart') }),
]);

export type HostFrame = Readonly<z.infer<typeof hostFrameSchema>>;

const exitStatus = z.number().int().min(0).max(255);
const signalled = { how: z.literal('signalled'), signal: exitStatus };
const exited = { how: z.literal('exited'), code: exitStatus };
const done = { type: z.literal('done'), run, cut: z.int().nonnegative() };

const tracebackFrameSchema = z.object({
  file: z.string(),
  line: z.int(),
  name: z.string(),
  source: z.string().nullish(),
  endLine: z.int().nullish(),
  column: z.int().nullish(),
});

/** One frame of a traceback, the user's own only. */
export type TracebackFrame = Readonly<z.infer<typeof tracebackFrameSchema>>;

export const runnerFrameSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready'), protocol: z.number(), python: z.string().max(64) }),
  z.strictObject({
    type: z.literal('stream'),
    run,
    name: z.enum(['stdout', 'stderr']),
    text: z.string().optional(),
    base64: z.base64().optional(),
  }),
  z.strictObject({ type: z.literal('cut'), run }),
  z.strictObject({
    type: z.literal('display'),
    run,
    data: bundleSchema,
    metadata: bundleSchema,
    displayId: short.optional(),
    isUpdate: z.boolean().optional(),
  }),
  z.strictObject({
    type: z.literal('result'),
    run,
    data: bundleSchema,
    metadata: bundleSchema,
    count: z.int().nonnegative(),
  }),
  z.strictObject({ type: z.literal('value'), run, value: z.unknown() }),
  z.strictObject({
    type: z.literal('error'),
    run,
    name: z.string(),
    value: z.string(),
    frames: z.array(tracebackFrameSchema).max(1000),
    text: z.string(),
    missing: z.object({ module: z.string().max(512) }).nullish(),
  }),
  z.strictObject({ type: z.literal('clear'), run, wait: z.boolean() }),
  z.strictObject({ type: z.literal('input'), run, call: short, prompt: z.string(), isPassword: z.boolean() }),
  z.strictObject({
    type: z.literal('reply'),
    ask: z.string().max(64),
    isLast: z.int().min(0).max(1),
    value: z.unknown().optional(),
    problem: z.string().optional(),
  }),
  z.discriminatedUnion('how', [
    z.strictObject({ type: z.literal('lost'), ...exited }),
    z.strictObject({ type: z.literal('lost'), ...signalled }),
  ]),
  z.discriminatedUnion('how', [
    z.strictObject({ ...done, ...exited }),
    z.strictObject({ ...done, ...signalled }),
    z.strictObject({
      ...done,
      how: z.literal('finished'),
      status: z.enum(['ok', 'error', 'exited']),
      code: exitStatus.optional(),
      /** 1 where files may have changed. */
      files: z.int().min(0).max(1).optional(),
    }),
  ]),
]);

export type RunnerFrame = z.infer<typeof runnerFrameSchema>;
