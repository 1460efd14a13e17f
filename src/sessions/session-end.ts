import type { SandboxExit } from '../sandbox/index.ts';
import { formatBytes, formatDuration } from '../units.ts';

/** Why a session ended: the first reason there was, as those that follow are only its consequences. */
export interface SessionEnd {
  readonly why:
    | 'asked'
    | 'asleep'
    | 'idle'
    /** Belljar itself was closed. */
    | 'shutdown'
    | 'memory'
    | 'disk'
    | 'time'
    /** What ran would not end, not even with its interpreter. */
    | 'unresponsive'
    /** The record could not be written. */
    | 'unrecorded'
    /** The code broke the channel to the host. */
    | 'broken'
    /** The sandbox ended by itself or from outside. */
    | 'lost';
  /** For a person. */
  readonly message: string;
  /** How long nobody had wanted anything, where that is why. */
  readonly timeoutMs?: number | undefined;
}

/** What whoever closes a session may give as the reason. */
export type ClosingReason = 'asked' | 'asleep' | 'shutdown';

const closings: Readonly<Record<ClosingReason, string>> = {
  asked: 'the session was closed',
  asleep: 'the session was put to sleep; its names are saved',
  shutdown: 'Belljar was closed',
};

export function endByClosing(why: ClosingReason): SessionEnd {
  return { why, message: closings[why] };
}

export function endByIdleness(timeoutMs: number): SessionEnd {
  return { why: 'idle', message: `nobody wanted anything of it for ${formatDuration(timeoutMs)}`, timeoutMs };
}

/** Whether it was ended on purpose, and not by what ran in it or by a failure. */
export function isWanted({ why }: SessionEnd): boolean {
  return ['asked', 'asleep', 'idle', 'shutdown'].includes(why);
}

/** The end of a session that came by itself, by how its sandbox ended. */
export function endOfExit({ why }: SandboxExit, violation: string | undefined): SessionEnd {
  switch (why.kind) {
    case 'memory':
      return { why: 'memory', message: `it wanted more than its ${formatBytes(why.limitBytes)} of memory` };
    case 'disk':
      return { why: 'disk', message: 'its files were over their bound' };
    case 'cpuTime':
    case 'wallTime':
      return { why: 'time', message: `it used more than its ${formatDuration(why.limitMs)}` };
    case 'exited':
    case 'signalled':
    case 'processes':
    case 'output':
    case 'killed':
      if (violation !== undefined) return { why: 'broken', message: violation };
      return { why: 'lost', message: `its sandbox ended: ${describe(why)}` };
  }
}

function describe(why: SandboxExit['why']): string {
  if (why.kind === 'killed') return why.by;
  return why.kind === 'signalled' ? `by signal ${why.signal}` : why.kind;
}
