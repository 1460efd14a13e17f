import { type FileHandle, open } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';

import { BelljarError, cancelled } from '../../errors.ts';
import {
  type Backend,
  type BundleCatalogue,
  ProcessBackend,
  type Sandbox,
  type SandboxExit,
} from '../../sandbox/index.ts';
import type { ArchiveLimits } from './archive/index.ts';
import { Conversation } from './conversation.ts';
import type { WheelProblem } from './problem.ts';
import type { WheelReading } from './wheel-reading.ts';

export interface ReadingLimits extends ArchiveLimits {
  /** For a wheel of no size, and for each mebibyte of it. */
  readonly timeMs: number;
  readonly timePerMebibyteMs: number;
}

/** Where things are inside. */
const nodeInside = '/belljar/node';
const programInside = '/belljar/inspection';

const catalogue: BundleCatalogue = {
  inspection: [
    { hostPath: process.execPath, at: nodeInside },
    { hostPath: import.meta.dirname, at: programInside },
  ],
};

/** A backend that can start the program; what it may make again it keeps in the folder. */
export function inspectionBackend(cacheFolder: string | undefined): Backend {
  return new ProcessBackend(catalogue, { cacheFolder });
}

/** Node alone takes some 60 MB; a file is held whole up to 4 MiB, the list of files up to 64 MiB. */
const memoryBytes = 512 * 2 ** 20;
const heapMebibytes = 256;
const pieceBytes = 2 ** 20;

/** One program behind glass that opens wheel after wheel; where it fails over one, another takes its place. */
export class InspectionWorker {
  readonly #sandbox: Sandbox;
  readonly #conversation: Conversation;
  #isOver = false;

  private constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
    this.#conversation = new Conversation(sandbox.control);
    void sandbox.exited.then(() => (this.#isOver = true));
  }

  /** @throws SANDBOX_UNAVAILABLE, SANDBOX_CAPABILITY_MISSING, SANDBOX_LAUNCH_FAILED. */
  static async start(backend: Backend, signal?: AbortSignal): Promise<InspectionWorker> {
    const sandbox = await backend.launch(
      {
        argv: [
          nodeInside,
          `--max-old-space-size=${heapMebibytes}`,
          '--disable-warning=ExperimentalWarning',
          `${programInside}/program${extname(import.meta.filename)}`,
        ],
        env: {},
        mounts: [{ kind: 'bundle', name: 'inspection' }],
        workingDirectory: '/',
        limits: { memoryBytes, processes: 48, cpus: 1, cpuTimeMs: 3_600_000, openFiles: 64, fileBytes: 2 ** 20 },
        network: 'off',
        require: ['filesystem', 'network-off', 'privileges', 'system-call-filter'],
      },
      signal,
    );
    const worker = new InspectionWorker(sandbox);
    const saying = await worker.#conversation.hear();
    if (saying !== undefined && 'ready' in saying) return worker;
    sandbox.kill('belljar');
    const { why, diagnostics } = await sandbox.exited;
    const message = 'the program that opens wheels does not start';
    throw new BelljarError('SANDBOX_LAUNCH_FAILED', message, { details: { why, diagnostics } });
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
    const timeMs = limits.timeMs + (limits.timePerMebibyteMs * size) / 2 ** 20;
    const giveUp = (): void => this.#end('cancelled');
    const clock = setTimeout(() => this.#end('time'), timeMs);
    signal?.addEventListener('abort', giveUp);
    if (signal?.aborted === true) giveUp();
    try {
      const { timeMs: _, timePerMebibyteMs: __, ...bounds } = limits;
      const reading = await this.#converse(file, size, bounds);
      if (reading !== undefined) return reading;
      this.#end('nonsense');
      const exit = await this.#sandbox.exited;
      if (signal?.aborted === true) throw cancelled(signal);
      return explainEnd(exit);
    } finally {
      clearTimeout(clock);
      signal?.removeEventListener('abort', giveUp);
    }
  }

  async close(): Promise<void> {
    this.#end('closed');
    await this.#sandbox.exited;
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

async function openWheel(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (cause) {
    throw new BelljarError('INPUT_UNREADABLE', `cannot read the wheel ${path} in ${dirname(join(path))}`, { cause });
  }
}

function explainEnd({ why, diagnostics }: SandboxExit): WheelProblem {
  const isMemory = why.kind === 'memory' || /heap out of memory|allocation failed/i.test(diagnostics);
  if (isMemory) return { rule: 'inspection.memory', message: 'opening it took more memory than is let in' };
  if (why.kind === 'cpuTime' || (why.kind === 'killed' && why.by === 'time')) {
    return { rule: 'inspection.time', message: 'opening it took longer than is let in' };
  }
  return { rule: 'inspection.failed', message: 'the program that opens wheels failed over it' };
}
