import { isDeepStrictEqual } from 'node:util';

import { BelljarError, refuseWhenCancelled } from '../../errors.ts';
import type { Backend } from '../../sandbox/index.ts';
import { builtInTerms, type HandlingTerms } from '../handling/index.ts';
import { Turns } from '../turns.ts';
import { defaultArchiveLimits } from './archive/index.ts';
import type { Inspection } from './inspection.ts';
import { judgeWheel } from './judge-wheel.ts';
import { inspectionBackend } from './launch-program.ts';
import { describeNoName, parseWheelName } from './wheel-name.ts';
import { InspectionWorker, type ReadingLimits } from './worker.ts';

/** Changes whenever wheels are looked at otherwise: what was found before is not what would be found now. */
export const inspectorVersion = '6';

export interface InspectorOptions {
  /** Where the sandbox keeps what it can make again; the machine's temporary folder where left out. */
  readonly cacheFolder?: string | undefined;
  /** How many wheels are opened at once. */
  readonly workers?: number | undefined;
  /** After which time without a wheel the programs are ended. */
  readonly idleMs?: number | undefined;
  readonly backend?: Backend | undefined;
  /** What they may take, asked for each wheel; as the built-in policy has it where left out. */
  readonly terms?: (() => HandlingTerms) | undefined;
}

export interface WheelToInspect {
  readonly path: string;
  readonly filename: string;
  readonly limits?: Partial<ReadingLimits> | undefined;
  readonly signal?: AbortSignal | undefined;
}

const defaultLimits: ReadingLimits = { ...defaultArchiveLimits, timeMs: 30_000, timePerMebibyteMs: 250 };

/** Opens wheels in programs behind glass, which stay for the next ones. */
export class Inspector implements AsyncDisposable {
  readonly #backend: Backend;
  readonly #terms: () => HandlingTerms;
  readonly #turns: Turns;
  readonly #idleMs: number;
  readonly #idle: InspectionWorker[] = [];
  #clock: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor({ cacheFolder, workers = 2, idleMs = 30_000, backend, terms = builtInTerms }: InspectorOptions = {}) {
    this.#backend = backend ?? inspectionBackend(cacheFolder);
    this.#terms = terms;
    this.#turns = new Turns(workers);
    this.#idleMs = idleMs;
  }

  /**
   * Opens and judges a wheel.
   *
   * @throws INPUT_UNREADABLE, CANCELLED, and what keeps a sandbox from being made; never for what the wheel is.
   */
  async inspect({ path, filename, limits, signal }: WheelToInspect): Promise<Inspection> {
    const name = parseWheelName(filename);
    if (name === undefined) return { verdict: 'refused', problems: [describeNoName(filename)] };
    using _turn = await this.#turns.take(signal);
    const worker = await this.#hire(signal);
    try {
      const reading = await worker.read(path, { ...defaultLimits, ...limits }, signal);
      if ('rule' in reading) return { verdict: 'refused', problems: [reading] };
      return judgeWheel({ name, reading });
    } finally {
      this.#giveBack(worker);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    await this.#dismiss();
  }

  async #hire(signal: AbortSignal | undefined): Promise<InspectionWorker> {
    refuseWhenCancelled(signal);
    if (this.#isClosed) throw new BelljarError('CANCELLED', 'the inspector was closed');
    const terms = this.#terms();
    for (let worker = this.#idle.pop(); worker !== undefined; worker = this.#idle.pop()) {
      if (!worker.isOver && isDeepStrictEqual(worker.terms, terms)) return worker;
      await worker.close();
    }
    return InspectionWorker.start(this.#backend, { signal, terms });
  }

  #giveBack(worker: InspectionWorker): void {
    if (worker.isOver) return;
    this.#idle.push(worker);
    clearTimeout(this.#clock);
    this.#clock = setTimeout(() => void this.#dismiss(), this.#isClosed ? 0 : this.#idleMs).unref();
  }

  async #dismiss(): Promise<void> {
    clearTimeout(this.#clock);
    await Promise.all(this.#idle.splice(0).map((worker) => worker.close()));
  }
}

/** Opens and judges one wheel, in a program of its own; who has several wheels makes an Inspector. */
export async function inspectWheel(wheel: WheelToInspect): Promise<Inspection> {
  await using inspector = new Inspector({ workers: 1 });
  return await inspector.inspect(wheel);
}
