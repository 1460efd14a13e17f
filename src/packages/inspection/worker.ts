import type { FileHandle } from 'node:fs/promises';

import { cancelled } from '../../errors.ts';
import type { Backend, Sandbox } from '../../sandbox/index.ts';
import { builtInTerms, type HandlingTerms } from '../handling/index.ts';
import type { ArchiveLimits } from './archive/index.ts';
import { Conversation } from './conversation.ts';
import { explainEnd } from './explain-end.ts';
import { explainStart, launchProgram, limitsOf } from './launch-program.ts';
import { openWheel, pieceBytes } from './open-wheel.ts';
import type { WheelProblem } from './problem.ts';
import type { WheelReading } from './wheel-reading.ts';

export interface ReadingLimits extends ArchiveLimits {
  /** For a wheel of no size, and for each mebibyte of it. */
  readonly timeMs: number;
  readonly timePerMebibyteMs: number;
}

const defaultStartMs = 60_000;

interface StartOptions {
  readonly signal?: AbortSignal | undefined;
  readonly startMs?: number;
  /** What it may take; as the built-in policy has it where left out. */
  readonly terms?: HandlingTerms;
}

/** One program behind glass that opens wheel after wheel; where it fails over one, another takes its place. */
export class InspectionWorker {
  readonly #sandbox: Sandbox;
  readonly #conversation: Conversation;
  readonly terms: HandlingTerms;
  #isOver = false;

  private constructor(sandbox: Sandbox, terms: HandlingTerms) {
    this.#sandbox = sandbox;
    this.terms = terms;
    this.#conversation = new Conversation(sandbox.control);
    void sandbox.exited.then(() => (this.#isOver = true));
  }

  /** @throws SANDBOX_UNAVAILABLE, SANDBOX_CAPABILITY_MISSING, SANDBOX_LAUNCH_FAILED, CANCELLED. */
  static async start(
    backend: Backend,
    { signal, startMs = defaultStartMs, terms = builtInTerms() }: StartOptions = {},
  ): Promise<InspectionWorker> {
    const limits = limitsOf(terms, 'for many wheels');
    const sandbox = await launchProgram(backend, { program: 'program', limits, require: terms.require, signal });
    const worker = new InspectionWorker(sandbox, terms);
    const saying = await worker.#within(startMs, signal, () => worker.#conversation.hear());
    if (saying !== undefined && 'ready' in saying) return worker;
    const failure = await explainStart(sandbox);
    throw signal?.aborted === true ? cancelled(signal) : failure;
  }

  /** Whether it can be given another wheel. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /**
   * Has a wheel opened. A program that fails over it is a problem of the wheel.
   *
   * @throws INPUT_UNREADABLE where there is no such file, CANCELLED.
   */
  async read(path: string, limits: ReadingLimits, signal?: AbortSignal): Promise<WheelReading | WheelProblem> {
    await using file = await openWheel(path);
    const { size } = await file.stat();
    const usualMs = limits.timeMs + (limits.timePerMebibyteMs * size) / 2 ** 20;
    // It has one processor: what it takes of that is never more.
    const timeMs = Math.min(usualMs, this.terms.cpuTimeMs);
    const { timeMs: _, timePerMebibyteMs: __, ...bounds } = limits;
    const reading = await this.#within(timeMs, signal, () => this.#converse(file, size, bounds));
    if (reading !== undefined) return reading;
    this.#end('nonsense');
    const exit = await this.#sandbox.exited;
    if (signal?.aborted === true) throw cancelled(signal);
    return explainEnd(exit);
  }

  async close(): Promise<void> {
    this.#end('closed');
    await this.#sandbox.exited;
  }

  /** The program is ended where it takes longer, or where the caller gives up; it then says nothing more. */
  async #within<T>(timeMs: number, signal: AbortSignal | undefined, talk: () => Promise<T>): Promise<T> {
    const giveUp = (): void => this.#end('cancelled');
    const clock = setTimeout(() => this.#end('time'), timeMs);
    signal?.addEventListener('abort', giveUp);
    if (signal?.aborted === true) giveUp();
    try {
      return await talk();
    } finally {
      clearTimeout(clock);
      signal?.removeEventListener('abort', giveUp);
    }
  }

  async #converse(file: FileHandle, sizeBytes: number, limits: ArchiveLimits): Promise<WheelReading | undefined> {
    await this.#conversation.say(`${JSON.stringify({ sizeBytes, limits })}\n`);
    for (;;) {
      const saying = await this.#conversation.hear();
      if (saying === undefined || 'ready' in saying) return undefined;
      if ('reading' in saying) return saying.reading;
      const [offset, length] = saying.read;
      if (offset + length > sizeBytes) return undefined;
      await this.#send(file, offset, length);
    }
  }

  async #send(file: FileHandle, offset: number, length: number): Promise<void> {
    for (let done = 0; done < length && !this.#isOver;) {
      const piece = Buffer.allocUnsafe(Math.min(pieceBytes, length - done));
      const { bytesRead } = await file.read(piece, 0, piece.length, offset + done);
      if (bytesRead === 0) this.#end('shorter');
      await this.#conversation.say(piece.subarray(0, bytesRead));
      done += bytesRead;
    }
  }

  #end(by: string): void {
    this.#isOver = true;
    this.#sandbox.kill(by);
  }
}
