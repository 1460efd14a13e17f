import { setTimeout as delay } from 'node:timers/promises';

import { BelljarError, refuseWhenCancelled } from '../errors.ts';
import type { SandboxExit } from '../sandbox/index.ts';
import { formatBytes } from '../units.ts';
import { type RunnerFrame, protocolVersion } from './frame-schemas.ts';
import { FrameViolation } from './frames.ts';

type ReadyFrame = Extract<RunnerFrame, { type: 'ready' }>;

const readyTimeoutMs = 15_000;

/** The end of what the program said is where it says why it failed. */
const maxQuotedCharacters = 2000;

export interface ReadinessOptions {
  /** Resolves when the sandbox has ended. */
  readonly ended: Promise<SandboxExit>;
  /** What the runner did that it may not. */
  readonly findViolation: () => string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Whether the runner has said that it is there. */
export class Readiness {
  readonly #told = Promise.withResolvers<ReadyFrame>();
  #isTold = false;

  /** @throws FrameViolation where it was ready before, or speaks otherwise than we do. */
  accept(frame: ReadyFrame): void {
    if (frame.protocol !== protocolVersion) {
      throw new FrameViolation(`the runner speaks protocol ${frame.protocol}, not ${protocolVersion}`);
    }
    if (this.#isTold) throw new FrameViolation('the runner was ready before');
    this.#isTold = true;
    this.#told.resolve(frame);
  }

  /** @throws SANDBOX_LAUNCH_FAILED where the runner does not become ready, and says why. */
  async wait({ ended, findViolation, signal }: ReadinessOptions): Promise<void> {
    const stop = new AbortController();
    const either = signal === undefined ? stop.signal : AbortSignal.any([stop.signal, signal]);
    const tooLate = delay(readyTimeoutMs, undefined, { signal: either }).catch(() => undefined);
    try {
      const winner = await Promise.race([this.#told.promise, ended, tooLate]);
      if (winner !== undefined && 'protocol' in winner) return;
      refuseWhenCancelled(signal);
      throw notReady(winner, findViolation());
    } finally {
      stop.abort();
    }
  }
}

function notReady(exit: SandboxExit | undefined, violation: string | undefined): BelljarError {
  if (exit?.why.kind === 'memory') return tooLittleMemory(exit.why.limitBytes);
  const said = violation ?? exit?.diagnostics.trim().slice(-maxQuotedCharacters) ?? '';
  const reason = exit === undefined ? 'did not become ready in time' : 'ended before it was ready';
  return new BelljarError('SANDBOX_LAUNCH_FAILED', `the sandbox ${reason}${said === '' ? '' : `: ${said}`}`, {
    details: { exit: exit?.why ?? 'timeout', violation: violation ?? null },
  });
}

function tooLittleMemory(limitBytes: number): BelljarError {
  const message = `${formatBytes(limitBytes)} of memory is too little to start Python`;
  return new BelljarError('SANDBOX_LAUNCH_FAILED', message, { hint: 'Give it at least 16MB.' });
}
