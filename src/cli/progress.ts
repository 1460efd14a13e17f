import type { CommandIo } from './command.ts';

interface ProgressLine {
  readonly update: (done: number, total: number) => void;
  /** Takes the line away. */
  readonly end: () => void;
}

/** Shorter work shows nothing: a line that flashes by tells nobody anything. */
const appearAfterMs = 500;
const redrawAfterMs = 100;
const barWidth = 24;
/** Some terminals say that they are 0 wide. */
const defaultColumns = 80;
const eraseLine = '\r\u001b[K';

/**
 * One line on standard error that says how far long work has come; silent where that is no terminal.
 *
 * @example
 * const progress = startProgress(io, 'verifying');
 * try { await record.verify({ onProgress: progress.update }); } finally { progress.end(); }
 */
export function startProgress(io: Pick<CommandIo, 'stderr'>, label: string, clock: () => number = now): ProgressLine {
  const { stderr } = io;
  if (stderr.isTTY !== true) return { update: () => undefined, end: () => undefined };
  const begun = clock();
  let drawn: number | undefined;
  return {
    update: (done, total) => {
      const time = clock();
      if (time - begun < appearAfterMs || (drawn !== undefined && time - drawn < redrawAfterMs)) return;
      drawn = time;
      stderr.write(
        `${eraseLine}${draw(label, { done, total, elapsedMs: time - begun }, stderr.columns || defaultColumns)}`,
      );
    },
    end: () => {
      if (drawn !== undefined) stderr.write(eraseLine);
      drawn = undefined;
    },
  };
}

interface State {
  readonly done: number;
  readonly total: number;
  readonly elapsedMs: number;
}

/** The line, cut to the terminal's width: one that wraps could not be taken away. */
function draw(label: string, { done, total, elapsedMs }: State, columns: number): string {
  const share = total === 0 ? 0 : Math.min(1, done / total);
  const filled = Math.round(share * barWidth);
  const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
  const left = share === 0 ? '' : `  ${Math.ceil((elapsedMs / share - elapsedMs) / 1000)} s left`;
  const percent = String(Math.floor(share * 100)).padStart(3);
  return `${label} ${bar} ${percent} %  ${group(done)} of ${group(total)}${left}`.slice(0, columns - 1);
}

function group(count: number): string {
  return count.toLocaleString('en');
}

function now(): number {
  return performance.now();
}
