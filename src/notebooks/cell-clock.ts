import { maxTimerMs } from '../options.ts';
import type { RunOutcome } from '../sessions/index.ts';

interface Clocks {
  readonly signal?: AbortSignal | undefined;
  readonly cellTimeoutMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
}

/** Ends a cell when its own time is over, or that of the notebook, or when whoever started it gives up. */
export class CellClock {
  readonly signal: AbortSignal | undefined;
  readonly #cancel: AbortSignal | undefined;
  readonly #over = new AbortController();
  readonly #limitMs: number | undefined;
  readonly #timer: NodeJS.Timeout | undefined;

  constructor({ signal, cellTimeoutMs = Infinity, timeoutMs = Infinity }: Clocks, leftMs: number) {
    this.#cancel = signal;
    this.signal = signal;
    const timeMs = Math.max(0, Math.min(cellTimeoutMs, leftMs));
    if (timeMs > maxTimerMs) return;
    this.#limitMs = cellTimeoutMs <= leftMs ? cellTimeoutMs : timeoutMs;
    this.signal = signal === undefined ? this.#over.signal : AbortSignal.any([signal, this.#over.signal]);
    this.#timer = setTimeout(() => this.#over.abort(), timeMs);
  }

  /** Who gave up is told apart here: for the session it is one. */
  judge(outcome: RunOutcome): RunOutcome {
    const isOver = this.#over.signal.aborted && this.#cancel?.aborted !== true;
    if (outcome.status !== 'cancelled' || !isOver || this.#limitMs === undefined) return outcome;
    return { status: 'timeout', clock: 'wall', limitMs: this.#limitMs };
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
