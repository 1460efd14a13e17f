import { randomUUID } from 'node:crypto';

import { BelljarError, refuseWhenCancelled } from '../errors.ts';
import type { HostFrame, RunnerFrame } from './frame-schemas.ts';
import { FrameViolation } from './frames.ts';
import { sessionClosed } from './session-closed.ts';

type ReplyFrame = Extract<RunnerFrame, { type: 'reply' }>;

export interface Question {
  readonly to: 'interpreter' | 'files';
  readonly what: string;
  readonly about: unknown;
  readonly signal?: AbortSignal | undefined;
  /** Told by which name it can be interrupted. */
  readonly onSent?: (ask: string) => void;
}

interface Pending {
  take(value: unknown): void;
  end(problem: string | undefined): void;
}

/** Questions to the runner, each answered by one value and an end. What is answered is untrusted. */
export class Asks {
  readonly #send: (frame: HostFrame) => void;
  readonly #pending = new Map<string, Pending>();
  #isOver = false;

  constructor(send: (frame: HostFrame) => void) {
    this.#send = send;
  }

  /**
   * The one value that a question is answered by.
   *
   * @throws RUNNER_REFUSED where the runner says why not; SESSION_CLOSED.
   */
  async ask(question: Question): Promise<unknown> {
    let answer: unknown;
    refuseWhenCancelled(question.signal);
    if (this.#isOver) throw sessionClosed();
    const ask = randomUUID();
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const end = (problem: string | undefined): void => {
      if (problem === undefined) resolve(undefined);
      else reject(new BelljarError('RUNNER_REFUSED', problem.slice(0, maxProblemCharacters)));
    };
    this.#pending.set(ask, { take: (value) => (answer = value), end });
    const { to, what, about, signal } = question;
    const onAbort = (): void => {
      this.#send({ type: 'forget', ask });
      end('cancelled');
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      this.#send({ type: 'ask', ask, to, what, about });
      question.onSent?.(ask);
      await promise;
      return answer;
    } catch (error) {
      refuseWhenCancelled(signal);
      throw this.#hasEnded() ? sessionClosed() : error;
    } finally {
      signal?.removeEventListener('abort', onAbort);
      if (signal?.aborted === true) this.#pending.set(ask, forgotten);
      else this.#pending.delete(ask);
    }
  }

  /** @throws FrameViolation where it was not asked for. */
  accept({ ask, isLast, value, problem }: ReplyFrame): void {
    const pending = this.#pending.get(ask);
    if (pending === undefined) throw new FrameViolation('a reply was not asked for');
    if (value !== undefined) pending.take(value);
    if (isLast === 0) return;
    this.#pending.delete(ask);
    pending.end(problem);
  }

  /** Whether somebody waits for an answer. */
  get isBusy(): boolean {
    return [...this.#pending.values()].some((pending) => pending !== forgotten);
  }

  /** Whoever still waits is told that the session has ended. */
  close(): void {
    this.#isOver = true;
    for (const pending of this.#pending.values()) pending.end('the session has ended');
    this.#pending.clear();
  }

  #hasEnded(): boolean {
    return this.#isOver;
  }
}

const maxProblemCharacters = 2000;

/** What was cancelled is still answered, once. */
const forgotten: Pending = { take: () => undefined, end: () => undefined };
