import type { DeedRow, LieRow, RunSeen } from '../session-case.ts';
import { forgedCode } from '../session-case.ts';

const forged = {
  observed: `the host is told that the run ended with code ${forgedCode}`,
  number: forgedCode,
  seen: ({ result: { outcome } }: RunSeen) =>
    outcome.status === 'exited' && outcome.code === forgedCode ? `told as ended with ${forgedCode}` : undefined,
} as const;

const supervisorGone = {
  observed: 'the supervisor that serves it is gone or silent',
  number: 0,
  // Where the machine was too slow for the code, its supervisor ends it and tells what it said to that.
  seen: ({ result: { outcome }, printedBytes }: RunSeen) =>
    outcome.status === 'broken' || (outcome.status === 'timeout' && printedBytes === 0)
      ? `told as ${outcome.status}`
      : undefined,
} as const;

const wentOn = {
  protection: 'the clock, which no longer asks after a moment of grace',
  observed: 'it comes to its own end, long after its time was up',
  number: forgedCode,
  limits: { wallTimeMs: 300 },
  control: { limits: { wallTimeMs: 30_000 } },
  seen: forged.seen,
} as const;

const outputBytes = 64 * 1024;

const printed = {
  protection: 'the cap on output',
  observed: 'more output reaches the host than it wants',
  number: 1 << 20,
  limits: { outputBytes },
  control: { limits: { outputBytes: 64 << 20 } },
  seen: ({ printedBytes }: RunSeen) => (printedBytes > outputBytes + 4096 ? `${printedBytes} bytes` : undefined),
} as const;

/** By code that the real runner serves. */
export const deedRows: readonly DeedRow[] = [
  {
    id: 'forge-end',
    title: 'takes the control stream out of the supervisor and tells its own end',
    protection: 'system-call-filter',
    deed: 'forge_end',
    control: { lifted: ['system-call-filter'] },
    ...forged,
  },
  {
    id: 'print-end',
    title: 'prints a frame that tells its own end',
    protection: 'what is printed is framed by a process apart',
    deed: 'print_end',
    control: { lie: 'no_lie' },
    ...forged,
  },
  {
    id: 'end-supervisor',
    title: 'ends the supervisor that serves it',
    protection: 'pid-namespace',
    deed: 'end_supervisor',
    control: { lifted: ['pid-namespace'] },
    ...supervisorGone,
  },
  {
    id: 'stop-supervisor',
    title: 'stops the supervisor that serves it',
    protection: 'pid-namespace',
    deed: 'stop_supervisor',
    // Long enough for a machine that is slow: a run that is only late must not be taken for one that nobody ends.
    limits: { wallTimeMs: 6000 },
    control: { lifted: ['pid-namespace'] },
    ...supervisorGone,
  },
];

/** By code that wants more than a run is given. */
export const runRows: readonly DeedRow[] = [
  { id: 'wall-time', title: 'goes on when its time is up, deaf to every signal', deed: 'go_on', ...wentOn },
  {
    id: 'wall-time-elsewhere',
    title: 'goes on in a process that the interrupt does not reach',
    deed: 'go_on_elsewhere',
    ...wentOn,
  },
  { id: 'endless-line', title: 'prints a line that does not end', deed: 'print_line', ...printed },
  { id: 'endless-lines', title: 'prints little, but countless times', deed: 'print_little', ...printed },
  { id: 'endless-errors', title: 'prints errors without end', deed: 'print_errors', ...printed },
  { id: 'endless-both', title: 'prints on both streams by turns', deed: 'print_both', ...printed },
  { id: 'endless-by-many', title: 'prints by many processes at once', deed: 'print_by_many', ...printed },
];

/** By a program that stands where the runner should. */
export const lieRows: readonly LieRow[] = [
  { id: 'other-protocol', title: 'speaks another protocol', lie: 'other_protocol' },
  { id: 'early-end', title: 'tells the end of a run before it was asked for one', lie: 'before_it_was_asked' },
  { id: 'ready-twice', title: 'is ready a second time', lie: 'ready_twice' },
  { id: 'other-run', title: 'prints for another run', lie: 'of_another_run' },
  { id: 'end-of-other-run', title: 'tells the end of another run', lie: 'end_of_another_run' },
  { id: 'end-of-next-run', title: 'tells the end of the next run in advance', lie: 'end_of_the_next_run', runs: 2 },
  { id: 'no-frame', title: 'sends a line that is no frame', lie: 'no_frame' },
  { id: 'no-text', title: 'sends bytes that are no text', lie: 'no_text' },
  { id: 'zeros', title: 'sends a frame with zero bytes in it', lie: 'zeros_within' },
  { id: 'unknown-kind', title: 'sends a frame of a kind that there is not', lie: 'unknown_kind' },
  { id: 'unknown-key', title: 'sends a frame with a key that there is not', lie: 'unknown_key' },
  { id: 'prototype', title: 'sends a frame that would change every object of the host', lie: 'prototype' },
  { id: 'wrong-type', title: 'sends an object where a text belongs', lie: 'wrong_type' },
  { id: 'list-of-frames', title: 'sends a list where a frame belongs', lie: 'list_of_frames' },
  { id: 'other-stream', title: 'prints on a stream that there is not', lie: 'other_stream' },
  { id: 'bad-base64', title: 'sends bytes in a form that they do not have', lie: 'bad_base64' },
  { id: 'huge-number', title: 'counts to infinity', lie: 'huge_number' },
  { id: 'negative-number', title: 'counts below zero', lie: 'negative_number' },
  { id: 'fraction', title: 'ends with half a code', lie: 'fraction' },
  { id: 'code-beyond', title: 'ends with a code that no process has', lie: 'code_beyond' },
  { id: 'deep-frame', title: 'sends a frame of 200,000 levels', lie: 'deep' },
  { id: 'oversized-frame', title: 'sends a frame of 3 MiB', lie: 'oversized' },
  { id: 'endless-frame', title: 'sends a frame that does not end', lie: 'endless' },
  { id: 'more-than-wanted', title: 'sends more output than was asked for', lie: 'more_than_wanted' },
  { id: 'countless-frames', title: 'sends little, in countless frames', lie: 'countless' },
  { id: 'countless-cuts', title: 'says countless times that output was cut', lie: 'cut_countless' },
  { id: 'half-frame', title: 'ends in the middle of a frame', lie: 'half' },
];
