import { timerMs } from '../options.ts';
import { type RunLimitsInForce, watchCpu } from '../sessions/index.ts';
import type { Sandbox } from '../sandbox/index.ts';

export type UsedUp = { readonly status: 'timeout'; readonly clock: 'wall' | 'cpu'; readonly limitMs: number };

export interface ProgramClocksOptions {
  readonly sandbox: Pick<Sandbox, 'usage' | 'restartCpuTime'>;
  readonly limits: Pick<RunLimitsInForce, 'wallTimeMs' | 'cpuTimeMs' | 'cpus'>;
  /** Without a bound on its time on the clock. */
  readonly isLasting: boolean;
  readonly onUsedUp: (why: UsedUp) => void;
}

/** Its time, on the wall and on the processors. */
export class ProgramClocks {
  readonly #options: ProgramClocksOptions;
  #stopCpuClock: () => void = () => undefined;
  #wallTimer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(options: ProgramClocksOptions) {
    this.#options = options;
  }

  start(): void {
    const { limits, isLasting, onUsedUp } = this.#options;
    const { wallTimeMs: limitMs } = limits;
    if (!isLasting) {
      this.#wallTimer = setTimeout(() => onUsedUp({ status: 'timeout', clock: 'wall', limitMs }), timerMs(limitMs));
    }
    this.#watchCpuFrom(0);
  }

  /** Lets the time on the processors count anew. */
  async restart(): Promise<void> {
    const { sandbox } = this.#options;
    const { cpuMs = 0 } = await sandbox.usage();
    if (this.#isStopped) return;
    sandbox.restartCpuTime(cpuMs);
    this.#stopCpuClock();
    this.#watchCpuFrom(cpuMs);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#wallTimer);
    this.#stopCpuClock();
  }

  #watchCpuFrom(beforeMs: number): void {
    const { sandbox, limits, onUsedUp } = this.#options;
    const used = async (): Promise<number | undefined> => {
      const { cpuMs } = await sandbox.usage();
      return cpuMs === undefined ? undefined : cpuMs - beforeMs;
    };
    const { cpuTimeMs: limitMs } = limits;
    this.#stopCpuClock = watchCpu(limits, used, () => onUsedUp({ status: 'timeout', clock: 'cpu', limitMs }));
  }
}
