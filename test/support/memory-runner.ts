import { type HostFrame, protocolVersion } from '../../src/sessions/frame-schemas.ts';
import { RunnerLine, type LineOptions, type SessionLimits } from '../../src/sessions/runner-line.ts';
import { MemorySandbox } from './memory-sandbox.ts';

export type RunFrame = Extract<HostFrame, { type: 'run' }>;
export type AskFrame = Extract<HostFrame, { type: 'ask' }>;

export const memoryLimits: SessionLimits = {
  memoryBytes: 1e8,
  wallTimeMs: 60_000,
  cpuTimeMs: 60_000,
  cpus: 1,
  outputBytes: 100_000,
};

/** What a workspace without files looks like. */
export const nothingSeen = { ok: true, artifacts: [], more: 0, isPartial: false, state: 'AAAA' };

export interface RunnerScript {
  /** Where left out, runs end well at once. */
  readonly onRun?: (run: RunFrame, runner: MemoryRunner) => void;
  /** The value that answers; where left out, there are no files, and 1 + 1 is 2. */
  readonly onAsk?: (ask: AskFrame, runner: MemoryRunner) => unknown;
  readonly onOther?: (frame: HostFrame, runner: MemoryRunner) => void;
}

/** An onAsk() that answers later, or never. */
export const noAnswer = Symbol('no answer');

/** The other end of a session's line: it speaks the protocol, with no process behind it. */
export class MemoryRunner {
  readonly sandbox: MemorySandbox;
  readonly heard: HostFrame[] = [];
  readonly #script: RunnerScript;

  constructor(script: RunnerScript = {}) {
    this.#script = script;
    this.sandbox = new MemorySandbox((line) => this.#hear(JSON.parse(line) as HostFrame));
    this.say({ type: 'ready', protocol: protocolVersion, python: '3.14.0' });
  }

  /** A line to it, ready. */
  static async openLine(
    script: RunnerScript = {},
    options: LineOptions & { readonly limits?: Partial<SessionLimits> } = {},
  ): Promise<{ readonly runner: MemoryRunner; readonly line: RunnerLine }> {
    const { limits, ...lineOptions } = options;
    const runner = new MemoryRunner(script);
    const line = await RunnerLine.open(runner.sandbox, { ...memoryLimits, ...limits }, lineOptions);
    return { runner, line };
  }

  say(...frames: readonly object[]): void {
    this.sandbox.say(frames.map((frame) => Buffer.from(`${JSON.stringify(frame)}\n`)));
  }

  /** The end of a cell. */
  finish({ run }: RunFrame, status: 'ok' | 'error' | 'exited' = 'ok', more: object = {}): void {
    this.say({ type: 'done', run, cut: 0, how: 'finished', status, files: 0, ...more });
  }

  reply({ ask }: AskFrame, answer: { readonly value?: unknown; readonly problem?: string }): void {
    this.say({ type: 'reply', ask, isLast: 1, ...answer });
  }

  typesHeard(): string[] {
    return this.heard.map(({ type }) => type);
  }

  #hear(frame: HostFrame): void {
    this.heard.push(frame);
    const { onRun, onAsk, onOther } = this.#script;
    if (frame.type === 'run') {
      if (onRun === undefined) this.finish(frame);
      else onRun(frame, this);
    } else if (frame.type === 'ask') {
      const value = onAsk === undefined ? answerPlainly(frame) : onAsk(frame, this);
      if (value !== noAnswer) this.reply(frame, { value });
    } else onOther?.(frame, this);
  }
}

function answerPlainly({ to, what }: AskFrame): unknown {
  if (to === 'files') return nothingSeen;
  if (what === 'preload') return [];
  return what === 'rehearse' ? '[2]' : {};
}
