import { setImmediate } from 'node:timers/promises';

import { type HostFrame, type RunnerFrame, runnerFrameSchema } from './frame-schemas.ts';

/** The runner cuts what is printed into far smaller pieces; a bundle may be as large as what a run may tell. */
export const leastMaxFrameBytes = 1024 * 1024;

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
