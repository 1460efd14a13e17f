import { timerMs } from '../../options.ts';
import type { Cgroup } from '../cgroup/index.ts';
import type { ExitReason, SandboxLimits } from '../contract.ts';

/** Ends what runs over its time, on the wall or on the processors. */
export class Clocks {
  readonly #limits: SandboxLimits;
  readonly #group: Cgroup;
  readonly #end: (reason: ExitReason) => void;
  readonly #wallTimer: NodeJS.Timeout | undefined;
  #cpuTimer: NodeJS.Timeout | undefined;
  #isStopped = false;
  /** What had been used when the CPU time began to count. */
  #cpuFromMs = 0;

  constructor(limits: SandboxLimits, group: Cgroup, end: (reason: ExitReason) => void) {
    this.#limits = limits;
    this.#group = group;
    this.#end = end;
    const { wallTimeMs } = limits;
    if (wallTimeMs !== undefined) {
      this.#wallTimer = setTimeout(() => end({ kind: 'wallTime', limitMs: wallTimeMs }), timerMs(wallTimeMs));
    }
    this.#lookAfter(limits.cpuTimeMs);
  }

  /** Lets the CPU time count from a point on that was read before. */
  restartCpuTime(usedMs: number): void {
    this.#cpuFromMs = usedMs;
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#wallTimer);
    clearTimeout(this.#cpuTimer);
  }

  /** The kernel's own limit on CPU time counts each process alone; the group's counter is the sum. */
  #look(): void {
    const limitMs = this.#limits.cpuTimeMs;
    const { cpuMs } = this.#group.usage();
    if (cpuMs === undefined || this.#isStopped) return;
    const leftMs = limitMs - (cpuMs - this.#cpuFromMs);
    if (leftMs <= 0) this.#end({ kind: 'cpuTime', limitMs });
    else this.#lookAfter(leftMs);
  }

  #lookAfter(cpuMs: number): void {
    const waitMs = Math.min(Math.max(cpuMs / Math.max(this.#limits.cpus, 0.1), 20), 60_000);
    this.#cpuTimer = setTimeout(() => this.#look(), waitMs).unref();
  }
}
