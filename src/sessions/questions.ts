import { randomUUID } from 'node:crypto';

import { z } from 'zod';

import { BelljarError, refuseWhenCancelled } from '../errors.ts';
import type { StateDetails } from '../record/index.ts';
import { optionsReader, signalOption, timeoutOption } from '../options.ts';
import { statePath } from './inside.ts';
import { bundleSchema } from './mime-bundle.ts';
import type { RunnerLine, SessionLimits } from './runner-line.ts';

export interface AskOptions {
  readonly signal?: AbortSignal | undefined;
  /** The user's own code may be asked, and take as long as it likes; after this it is interrupted, then ended. */
  readonly timeoutMs?: number | undefined;
}

export interface SaveOptions extends AskOptions {
  /** What the file may take, where that shall be less than half of what the workspace may. */
  readonly maxBytes?: number | undefined;
}

/** @throws USAGE where there are others among them. */
export const readSaveOptions = optionsReader<SaveOptions>('saving the names of a session', {
  signal: signalOption,
  timeoutMs: timeoutOption,
  maxBytes: z.int().positive().optional(),
});

/** @throws USAGE where there are others among them. */
export const readAskOptions = optionsReader<AskOptions>('a question to a session', {
  signal: signalOption,
  timeoutMs: timeoutOption,
});

const text = z.string().max(100_000);

const completionSchema = z.object({
  matches: z.array(z.string().max(1000)).max(10_000),
  /** The piece of code that a match replaces, in code points. */
  start: z.int(),
  end: z.int(),
  types: z.array(z.string().max(100).nullable()).max(10_000).nullish(),
});
export type Completion = z.infer<typeof completionSchema>;

const inspectionSchema = z.object({ found: z.boolean(), data: bundleSchema.optional() });
export type Inspection = z.infer<typeof inspectionSchema>;

const lossSchema = z.object({ name: text, reason: text.optional(), type: text.optional() }).loose();
/** How many there were besides those that are told. */
const more = {
  savedMore: z.int().nonnegative().optional(),
  restoredMore: z.int().nonnegative().optional(),
  notSavedMore: z.int().nonnegative().optional(),
  notRestoredMore: z.int().nonnegative().optional(),
};

const stateReportSchema = z
  .object({
    saved: z.array(text).optional(),
    restored: z.array(text).optional(),
    notSaved: z.array(lossSchema).optional(),
    notRestored: z.array(lossSchema).optional(),
    bytes: z.int().nonnegative().optional(),
    /** There was nothing to save: what was saved before is still there. */
    isKept: z.boolean().optional(),
    /** What another session of the workspace had saved, and this one had not restored, is gone. */
    replacesOther: z.boolean().optional(),
    ...more,
  })
  .loose();
/** What was saved or brought back, and what was not, with why. It comes from inside the sandbox. */
export type StateReport = z.infer<typeof stateReportSchema>;

const quickMs = 5000;
/** After the interrupt, and for the supervisor to tell that the interpreter is gone. */
const graceMs = { interrupt: 1000, kill: 3000 };

/** The file is written anew beside the old one, so there must be room for both. */
function mostStateBytes({ diskBytes = defaultDiskBytes }: SessionLimits): number {
  return Math.floor(diskBytes / 2);
}

const defaultDiskBytes = 1024 * 1024 * 1024;

/** What the interpreter is asked between runs; each question has its time. */
export class Questions {
  readonly #line: RunnerLine;
  /** By this a session knows what it saved itself. */
  readonly #saver = randomUUID();

  constructor(line: RunnerLine) {
    this.#line = line;
  }

  async complete(code: string, cursor: number, options: AskOptions): Promise<Completion> {
    return read(completionSchema, await this.#ask('complete', { code, cursor }, options));
  }

  async inspect(code: string, cursor: number, options: AskOptions): Promise<Inspection> {
    return read(inspectionSchema, await this.#ask('inspect', { code, cursor }, options));
  }

  async preload(modules: readonly string[], options: AskOptions): Promise<readonly string[]> {
    return read(z.array(text), await this.#askLong('preload', { modules }, options));
  }

  async saveState({ maxBytes = Infinity, ...options }: SaveOptions): Promise<StateReport> {
    const limits = { maxBytes: Math.min(maxBytes, mostStateBytes(this.#line.limits)) };
    const about = { path: statePath, limits, saver: this.#saver };
    const report = read(stateReportSchema, await this.#askLong('save', about, options));
    if (report.isKept !== true) await this.#line.noteState('state.saved', tally(report));
    return report;
  }

  /** Undefined where nothing was saved. */
  async restoreState(options: AskOptions): Promise<StateReport | undefined> {
    const report = read(stateReportSchema.nullable(), await this.#askLong('restore', { path: statePath }, options));
    if (report === null) return undefined;
    await this.#line.noteState('state.restored', tally(report));
    return report;
  }

  /** What may take as long as a run. */
  #askLong(what: string, about: unknown, options: AskOptions): Promise<unknown> {
    return this.#ask(what, about, { timeoutMs: this.#line.limits.wallTimeMs, ...options });
  }

  /** In turn with the runs, and with a clock from then on. */
  async #ask(what: string, about: unknown, options: AskOptions): Promise<unknown> {
    return this.#line.takeTurn(async () => {
      refuseWhenCancelled(options.signal);
      return this.#askNow(what, about, options);
    });
  }

  /** Given up or late, it is interrupted, then its interpreter ended, then the sandbox: nobody else could go on. */
  async #askNow(what: string, about: unknown, { signal, timeoutMs = quickMs }: AskOptions): Promise<unknown> {
    let timer: NodeJS.Timeout | undefined;
    const stopped = new AbortController();
    const climb = (ask: string, steps: readonly ('interrupt' | 'kill')[]): void => {
      stopped.abort();
      clearTimeout(timer);
      const [step, ...rest] = steps;
      if (step === undefined) {
        this.#line.kill('a question was not answered');
        return;
      }
      this.#line.send({ type: step, run: ask });
      timer = setTimeout(() => climb(ask, rest), graceMs[step]);
    };
    let onAbort: (() => void) | undefined;
    const onSent = (ask: string): void => {
      timer = setTimeout(() => climb(ask, ['interrupt', 'kill']), timeoutMs);
      onAbort = () => climb(ask, ['interrupt', 'kill']);
      signal?.addEventListener('abort', onAbort, { once: true });
    };
    try {
      return await this.#line.asks.ask({ to: 'interpreter', what, about, onSent });
    } catch (error) {
      refuseWhenCancelled(signal);
      if (!stopped.signal.aborted) throw error;
      throw new BelljarError('RUNNER_REFUSED', `it took longer than ${timeoutMs} ms and was ended`, { cause: error });
    } finally {
      clearTimeout(timer);
      if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort);
    }
  }
}

function tally(report: StateReport): StateDetails {
  const { savedMore = 0, restoredMore = 0, notSavedMore = 0, notRestoredMore = 0, bytes = null } = report;
  const { saved = [], restored = [], notSaved = [], notRestored = [] } = report;
  return {
    names: saved.length + restored.length + savedMore + restoredMore,
    lost: notSaved.length + notRestored.length + notSavedMore + notRestoredMore,
    bytes,
  };
}

/** What comes from inside is not believed to have the shape that it should. */
function read<T>(schema: z.ZodType<T>, answer: unknown): T {
  const { success, data } = schema.safeParse(answer);
  if (success) return data;
  throw new BelljarError('RUNNER_REFUSED', 'what came from inside the sandbox is no answer to what was asked');
}
