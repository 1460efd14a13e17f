import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

import { BelljarError, refuseWhenCancelled } from '../../../errors.ts';
import type { Backend, Sandbox } from '../../../sandbox/index.ts';
import { builtInTerms, type HandlingTerms, withSandbox } from '../../handling/index.ts';
import { defaultArchiveLimits } from '../archive/index.ts';
import { explainEnd } from '../explain-end.ts';
import { explainStart, launchProgram, limitsOf } from '../launch-program.ts';
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
  /** What the program may take; as the built-in policy has it where left out. */
  readonly terms?: HandlingTerms | undefined;
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
  const { filename, backend, signal, terms = builtInTerms() } = options;
  refuseWhenCancelled(signal);
  const name = parseWheelName(filename);
  if (name === undefined) return { verdict: 'refused', problems: [describeNoName(filename)] };
  await using file = await openWheel(options.path);
  const { size: sizeBytes } = await file.stat();
  const { timeMs, timePerMebibyteMs, ...limits } = boundBy(terms, { ...defaultLimits, ...options.limits });
  await requireSame(file, options);
  const sandbox = await launchProgram(backend, {
    program: 'unpack/program',
    limits: limitsOf(terms, {
      wallTimeMs: timeMs + (timePerMebibyteMs * sizeBytes) / 2 ** 20,
      outputBytes: limits.maxUnpackedBytes + besideBytes,
    }),
    require: terms.require,
    signal,
  });
  const dialogue = new Dialogue({ ...options, name, file, sizeBytes, limits, control: sandbox.control });
  return await withSandbox(sandbox, signal, async () => {
    const outcome = await dialogue.run();
    if (typeof outcome !== 'string') return outcome;
    refuseWhenCancelled(signal);
    return explainOutcome(sandbox, outcome);
  });
}

/** The policy's bounds beside our own. */
function boundBy(terms: HandlingTerms, limits: ReadingLimits): ReadingLimits {
  const maxFiles = Math.min(limits.maxFiles, terms.maxFiles);
  return { ...limits, maxFiles, maxUnpackedBytes: Math.min(limits.maxUnpackedBytes, terms.maxUnpackedBytes) };
}

async function explainOutcome(sandbox: Sandbox, outcome: 'nonsense' | 'absent' | 'ended'): Promise<Unpacking> {
  let clock: NodeJS.Timeout | undefined;
  try {
    if (outcome === 'nonsense') sandbox.kill('nonsense');
    // Whoever ends by itself is not hurried at first: the machine knows why it ends.
    else clock = setTimeout(() => sandbox.kill('time'), endsWithinMs);
    const exit = await sandbox.exited;
    if (outcome === 'absent' && exit.why.kind !== 'wallTime') throw await explainStart(sandbox);
    return { verdict: 'refused', problems: [explainEnd(exit)] };
  } finally {
    clearTimeout(clock);
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
