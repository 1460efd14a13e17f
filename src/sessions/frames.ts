import { setImmediate } from 'node:timers/promises';

import { z } from 'zod';

/**
 * The runner's protocol, version 1: one JSON document per line in both directions. What comes from the runner is
 * untrusted: bounded here, parsed here, and never believed beyond its own run.
 */
export const protocolVersion = 1;

/** The runner cuts what it sends into far smaller pieces. */
export const maxFrameBytes = 1024 * 1024;

/** What a piece of output counts at least, on both sides: a flood of tiny pieces costs the host more than their bytes. */
export const minPieceBytes = 32;

export type HostFrame =
  | {
      readonly type: 'run';
      readonly run: string;
      readonly name: string;
      readonly code: string;
      readonly args: readonly string[];
      /** How much output is wanted; the rest is counted, not sent. */
      readonly outputBytes: number;
    }
  | { readonly type: 'interrupt'; readonly run: string };

const exitStatus = z.number().int().min(0).max(255);
const done = { type: z.literal('done'), run: z.string(), cut: z.int().nonnegative() };

const runnerFrameSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready'), protocol: z.number(), python: z.string().max(64) }),
  z.strictObject({
    type: z.literal('stream'),
    run: z.string(),
    name: z.enum(['stdout', 'stderr']),
    text: z.string().optional(),
    base64: z.base64().optional(),
  }),
  z.strictObject({ type: z.literal('cut'), run: z.string() }),
  z.discriminatedUnion('how', [
    z.strictObject({ ...done, how: z.literal('exited'), code: exitStatus }),
    z.strictObject({ ...done, how: z.literal('signalled'), signal: exitStatus }),
  ]),
]);

export type RunnerFrame = z.infer<typeof runnerFrameSchema>;

export function encodeFrame(frame: HostFrame): string {
  return `${JSON.stringify(frame)}\n`;
}

/** What the runner may not send: the stream is worth nothing from here on. */
export class FrameViolation extends Error {}

/**
 * Reads frames until the stream ends.
 *
 * @throws FrameViolation at the first that is too long, no JSON, or of no known shape.
 */
export async function* readFrames(stream: AsyncIterable<Buffer>): AsyncGenerator<RunnerFrame> {
  const turn = new Turn();
  let parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      parts.push(chunk.subarray(from, end));
      yield parseFrame(Buffer.concat(parts).toString('utf8'));
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

function parseFrame(line: string): RunnerFrame {
  if (line.length > maxFrameBytes) throw new FrameViolation(`a frame is longer than ${maxFrameBytes} bytes`);
  let document: unknown;
  try {
    document = JSON.parse(line);
  } catch {
    throw new FrameViolation('a frame is not JSON');
  }
  const parsed = runnerFrameSchema.safeParse(document);
  if (!parsed.success) throw new FrameViolation('a frame has a shape that the protocol does not know');
  return parsed.data;
}
