import { setImmediate } from 'node:timers/promises';

import { z } from 'zod';

import { bundleSchema } from './mime-bundle.ts';

/**
 * The runner's protocol, version 2: one JSON document per line in both directions. What comes from the runner is
 * untrusted: bounded here, parsed here, and never believed beyond its own run.
 */
export const protocolVersion = 2;

/** The runner cuts what is printed into far smaller pieces; a bundle may be as large as what a run may tell. */
export const leastMaxFrameBytes = 1024 * 1024;

/** What a piece of output counts at least, on both sides: a flood of tiny pieces costs the host more than their bytes. */
export const minPieceBytes = 32;

interface RunFrameParts {
  readonly type: 'run';
  readonly run: string;
  /** How much output is wanted; the rest is counted, not sent. */
  readonly outputBytes: number;
  readonly code: string;
}

export type HostFrame =
  | (RunFrameParts & { readonly kind: 'script'; readonly name: string; readonly args: readonly string[] })
  | (RunFrameParts & { readonly kind: 'cell'; readonly name: string })
  | (RunFrameParts & { readonly kind: 'call'; readonly inputs: Readonly<Record<string, unknown>> })
  | { readonly type: 'interrupt' | 'kill'; readonly run: string }
  | { readonly type: 'answer'; readonly run: string; readonly call: string; readonly value: unknown }
  | { readonly type: 'answer'; readonly run: string; readonly call: string; readonly problem: string }
  | {
      readonly type: 'ask';
      readonly ask: string;
      readonly to: 'interpreter' | 'files';
      readonly what: string;
      readonly about: unknown;
    }
  | { readonly type: 'forget'; readonly ask: string }
  | { readonly type: 'restart' };

const exitStatus = z.number().int().min(0).max(255);
const signalled = { how: z.literal('signalled'), signal: exitStatus };
const exited = { how: z.literal('exited'), code: exitStatus };
const run = z.string().max(64);
const done = { type: z.literal('done'), run, cut: z.int().nonnegative() };
const short = z.string().max(1024);

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

export function encodeFrame(frame: HostFrame): string {
  return `${JSON.stringify(frame)}\n`;
}

/** What the runner may not send: the stream is worth nothing from here on. */
export class FrameViolation extends Error {}

export interface ReadFrame {
  readonly frame: RunnerFrame;
  /** How long its line was; of an honest runner, who writes ASCII, as many bytes. */
  readonly characters: number;
}

/** The longest answer to a question; the supervisor cuts what is beyond. */
const maxReplyBytes = 9 * 1024 * 1024;

/** The longest frame of a runner whose runs may tell so much: what it tells is bounded, what surrounds it is small. */
export function maxFrameBytesFor(outputBytes: number): number {
  return leastMaxFrameBytes + Math.max(outputBytes, maxReplyBytes);
}

/**
 * Reads frames until the stream ends.
 *
 * @throws FrameViolation at the first that is too long, no JSON, or of no known shape.
 */
export async function* readFrames(
  stream: AsyncIterable<Buffer>,
  maxFrameBytes = leastMaxFrameBytes,
): AsyncGenerator<ReadFrame> {
  const turn = new Turn();
  let parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      parts.push(chunk.subarray(from, end));
      const line = parts.length === 1 ? chunk.toString('utf8', from, end) : Buffer.concat(parts).toString('utf8');
      yield { frame: parseFrame(line, maxFrameBytes), characters: line.length };
      await turn.passOn();
      parts = [];
      size = 0;
      from = end + 1;
    }
    parts.push(chunk.subarray(from));
    size += chunk.length - from;
    if (size > maxFrameBytes) throw new FrameViolation(`a frame is longer than ${maxFrameBytes} bytes`);
  }
}

/** A flood of tiny frames would keep the event loop from everyone else, since each is there before it is asked for. */
class Turn {
  #frames = 0;
  #startedAt = performance.now();

  async passOn(): Promise<void> {
    this.#frames += 1;
    if (this.#frames % framesPerLook !== 0 || performance.now() - this.#startedAt < turnMs) return;
    await setImmediate();
    this.#startedAt = performance.now();
  }
}

const turnMs = 2;
const framesPerLook = 32;

/** Bytes are bounded, but millions of empty lists in them would take the host seconds to make. */
function refuseCrowd(line: string): void {
  if (line.length < fewCharacters) return;
  let [containers, items, isText] = [0, 0, false];
  for (let at = 0; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (isText) {
      if (code === backslash) at++;
      else if (code === quote) isText = false;
    } else if (code === quote) isText = true;
    else if (code === comma) items++;
    else if (code === brace || code === bracket) containers++;
  }
  if (containers > maxContainers || items > maxItems) throw new FrameViolation('a frame holds too many values');
}

const [quote, comma, bracket, backslash, brace] = [34, 44, 91, 92, 123];
const fewCharacters = 256 * 1024;
const maxContainers = 100_000;
const maxItems = 2_000_000;

function parseFrame(line: string, maxFrameBytes: number): RunnerFrame {
  if (line.length > maxFrameBytes) throw new FrameViolation(`a frame is longer than ${maxFrameBytes} bytes`);
  refuseCrowd(line);
  let document: unknown;
  try {
    document = JSON.parse(line);
  } catch {
    throw new FrameViolation('a frame is not JSON');
  }
  if (line.length > 2 * maxDepth && isDeeperThan(maxDepth, document)) {
    throw new FrameViolation(`a frame is nested deeper than ${maxDepth} levels`);
  }
  const parsed = runnerFrameSchema.safeParse(document);
  if (!parsed.success) throw new FrameViolation('a frame has a shape that the protocol does not know');
  return parsed.data;
}

/** More than Python's own writer nests; whoever walks through what was told may do so by recursion. */
const maxDepth = 1000;

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((each) => isDeeperThan(levels - 1, each));
}
