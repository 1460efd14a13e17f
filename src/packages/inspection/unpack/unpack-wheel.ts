import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

import { BelljarError, cancelled, refuseWhenCancelled } from '../../../errors.ts';
import type { Backend, Sandbox } from '../../../sandbox/index.ts';
import { defaultArchiveLimits } from '../archive/index.ts';
import { explainEnd } from '../explain-end.ts';
import { explainStart, launchProgram } from '../launch-program.ts';
import { openWheel, pieceBytes } from '../open-wheel.ts';
import { describeNoName, parseWheelName } from '../wheel-name.ts';
import type { ReadingLimits } from '../worker.ts';
import { Dialogue } from './dialogue.ts';
import type { FileSink } from './reception.ts';
import type { Unpacking } from './unpacking.ts';

export interface UnpackOptions {
  readonly path: string;
  readonly filename: string;
  /** What the wheel must be. */
  readonly sha256: string;
  /** One of `inspectionBackend()`. */
  readonly backend: Backend;
  /** Takes the files. What it throws ends the unpacking and is thrown here. */
  readonly sink: FileSink;
  readonly limits?: Partial<ReadingLimits> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told now and then how many files of how many are done. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

const defaultLimits: ReadingLimits = { ...defaultArchiveLimits, timeMs: 120_000, timePerMebibyteMs: 1000 };
/** What frames and the list of files take beside the content. */
const besideBytes = 256 * 2 ** 20;
const endsWithinMs = 5000;

/**
 * Unpacks a wheel in a program behind glass that is there for this one alone, and gives what is found right to the sink.
 *
 * @throws INPUT_UNREADABLE, ARTIFACT_MISMATCH, CANCELLED, and what keeps a sandbox from being made; never for what the
 * wheel is.
 */
export async function unpackWheel(options: UnpackOptions): Promise<Unpacking> {
  const { filename, backend, signal } = options;
  refuseWhenCancelled(signal);
  const name = parseWheelName(filename);
  if (name === undefined) return { verdict: 'refused', problems: [describeNoName(filename)] };
  await using file = await openWheel(options.path);
  const { size: sizeBytes } = await file.stat();
  const { timeMs, timePerMebibyteMs, ...limits } = { ...defaultLimits, ...options.limits };
  await requireSame(file, options);
  const sandbox = await launchProgram(backend, {
    program: 'unpack/program',
    wallTimeMs: timeMs + (timePerMebibyteMs * sizeBytes) / 2 ** 20,
    outputBytes: limits.maxUnpackedBytes + besideBytes,
    signal,
  });
  const dialogue = new Dialogue({ ...options, name, file, sizeBytes, limits, control: sandbox.control });
  return await hold(sandbox, dialogue, signal);
}

/** Whatever comes of it, nothing of the sandbox is left behind. */
async function hold(sandbox: Sandbox, dialogue: Dialogue, signal: AbortSignal | undefined): Promise<Unpacking> {
  let clock: NodeJS.Timeout | undefined;
  const giveUp = (): void => sandbox.kill('cancelled');
  signal?.addEventListener('abort', giveUp);
  if (signal?.aborted === true) giveUp();
  try {
    const outcome = await dialogue.run();
    if (typeof outcome !== 'string') return outcome;
    if (signal?.aborted === true) throw cancelled(signal);
    if (outcome === 'nonsense') sandbox.kill('nonsense');
    // Whoever ends by itself is not hurried at first: the machine knows why it ends.
    else clock = setTimeout(() => sandbox.kill('time'), endsWithinMs);
    const exit = await sandbox.exited;
    if (outcome === 'absent' && exit.why.kind !== 'wallTime') throw await explainStart(sandbox);
    return { verdict: 'refused', problems: [explainEnd(exit)] };
  } finally {
    clearTimeout(clock);
    signal?.removeEventListener('abort', giveUp);
    sandbox.kill('over');
    await sandbox.exited;
  }
}

/** What was judged is what is unpacked. */
async function requireSame(file: FileHandle, { path, sha256, signal }: UnpackOptions): Promise<void> {
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(pieceBytes);
  for (let offset = 0; ;) {
    refuseWhenCancelled(signal);
    const { bytesRead } = await file.read(piece, 0, piece.length, offset);
    if (bytesRead === 0) break;
    hash.update(piece.subarray(0, bytesRead));
    offset += bytesRead;
  }
  const found = hash.digest('hex');
  if (found === sha256) return;
  const message = `${path} is not the wheel that was meant: its sha256 is another`;
  throw new BelljarError('ARTIFACT_MISMATCH', message, { details: { expected: sha256, found } });
}
