import { once } from 'node:events';

import { type SessionEvent, formatBytes } from '../belljar.ts';
import { type CommandIo, readerLeft } from './command.ts';

/** Shows what cells tell as a script would print it: what a notebook draws, by its text. */
export class NotebookPrinter {
  readonly #io: CommandIo;
  readonly #signal: AbortSignal;

  constructor(io: CommandIo, signal: AbortSignal) {
    this.#io = io;
    this.#signal = signal;
  }

  /** Resolves when the reader has taken it. The code does not wait: a `gap` says what was lost to a slow one. */
  async print(event: SessionEvent): Promise<void> {
    const said = say(event);
    if (said === undefined || this.#signal.reason === readerLeft) return;
    const target = this.#io[said.name];
    if (target.write(said.text) || this.#signal.aborted) return;
    await once(target, 'drain', { signal: this.#signal }).catch(() => undefined);
  }
}

interface Said {
  readonly name: 'stdout' | 'stderr';
  readonly text: string;
}

function say(event: SessionEvent): Said | undefined {
  switch (event.type) {
    case 'stream':
      return event;
    case 'execute_result':
    case 'display_data': {
      const text = event.data['text/plain'];
      return typeof text === 'string' ? { name: 'stdout', text: endLine(text) } : undefined;
    }
    case 'error':
      return { name: 'stderr', text: endLine(event.traceback) };
    case 'cut':
      return { name: 'stderr', text: `belljar: output beyond ${formatBytes(event.limitBytes)} is cut\n` };
    case 'gap':
      return { name: 'stderr', text: `belljar: ${event.missed} pieces of output came faster than they were read\n` };
    default:
      return undefined;
  }
}

export function endLine(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}
