import { BelljarError } from '../errors.ts';
import { type EventLog, type ReadOptions, readReadOptions } from './event-log.ts';
import type { RunNews, SessionEvent } from './events.ts';
import type { RunResult, ToldEvent } from './run.ts';

export interface CellRunParts {
  readonly id: string;
  readonly log: EventLog;
  readonly result: Promise<RunResult>;
  readonly cancel: () => void;
}

/**
 * A cell that was asked for: an iterable of its events, which ends with the run.
 *
 * @example
 * for await (const event of session.run('print(1)')) if (event.type === 'stream') process.stdout.write(event.text);
 */
export class CellRun implements AsyncIterable<SessionEvent> {
  readonly id: string;
  /** How it ended: a value, whatever the code did. */
  readonly result: Promise<RunResult>;
  readonly #log: EventLog;
  readonly #after: number;
  /** The number of its last event, when that has been told. */
  #lastSeq = Infinity;
  readonly #cancel: () => void;

  constructor({ id, log, result, cancel }: CellRunParts) {
    this.id = id;
    this.result = result;
    this.#log = log;
    this.#after = log.lastSeq;
    this.#cancel = cancel;
    result.catch(() => undefined); // whoever only reads events learns of it by the last of them
  }

  /** Takes it out of the queue, or interrupts it. */
  cancel(): void {
    this.#cancel();
  }

  /** Told by who tells its events. */
  endedAt(seq: number): void {
    this.#lastSeq = seq;
  }

  /** Its events from the first on; once more for everyone who asks. */
  events(options: ReadOptions = {}): AsyncGenerator<SessionEvent> {
    return this.#read(readReadOptions(options));
  }

  async *#read({ after = this.#after, signal }: ReadOptions): AsyncGenerator<SessionEvent> {
    for await (const event of this.#log.read({ after, signal })) {
      if (event.run === this.id || event.type === 'gap') yield event;
      if (event.seq >= this.#lastSeq) return; // its own last one may have been dropped
    }
  }

  [Symbol.asyncIterator](): AsyncGenerator<SessionEvent> {
    return this.events();
  }
}

/** What a frame is in the words of events; text that was cut within a character is mended as a terminal does. */
export function toNews(event: ToldEvent): RunNews | undefined {
  switch (event.type) {
    case 'stream':
      return { type: 'stream', name: event.name, text: Buffer.from(event.bytes).toString('utf8') };
    case 'cut':
      return { type: 'cut', limitBytes: event.limitBytes };
    case 'display': {
      const { data, metadata, displayId, isUpdate } = event;
      return { type: 'display_data', data, metadata, displayId, isUpdate };
    }
    case 'result':
      return { type: 'execute_result', data: event.data, metadata: event.metadata, executionCount: event.count };
    case 'error': {
      const { name, value, frames, text } = event;
      return { type: 'error', name, value, frames, traceback: text };
    }
    case 'clear':
      return { type: 'clear_output', wait: event.wait };
    case 'input':
      return { type: 'input_request', id: event.call, prompt: event.prompt, isPassword: event.isPassword };
    case 'value':
      return undefined; // it is the answer of a call, and told as that
  }
}

/** The value of a call that did not come to one. */
export function callFailed({ outcome }: RunResult, said: string): BelljarError {
  return new BelljarError('CALL_FAILED', said, { details: { outcome } });
}
