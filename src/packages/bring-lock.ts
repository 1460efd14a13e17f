import { BelljarError } from '../errors.ts';
import { lastWords } from '../visible.ts';
import type { Role } from '../words.ts';
import type { Actor } from '../policy/index.ts';
import { openListed, type WheelToInspect } from './gate/index.ts';
import type { OpenedSources } from './package-sources.ts';
import { filesOf } from './plan/index.ts';
import type { Lock, LockedFile, LockedPackage } from './resolve/index.ts';
import type { BuildResult, BuildRequest } from './source-build/index.ts';
import { Turns } from './turns.ts';
import { findFile, type ProjectFile } from './upstream/index.ts';

/** A wheel of a lock, on this machine's disk, opened and found sound. */
export interface BroughtWheel {
  readonly name: string;
  readonly version: string;
  readonly isRequested: boolean;
  readonly path: string;
  readonly filename: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** How far bringing is; packages come side by side, so one may be fetched while another is opened. */
export interface BringProgress {
  readonly phase: 'fetching' | 'building' | 'inspecting';
  readonly package: string;
  /** Packages that are there, of all. */
  readonly done: number;
  readonly total: number;
  /** Of the file that is being fetched. */
  readonly bytes?: number;
}

export interface BringOptions {
  readonly lock: Lock;
  readonly asker: { readonly actor: Actor; readonly role: Role; readonly workspace?: string | undefined };
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: BringProgress) => void) | undefined;
}

export interface BringParts {
  readonly sources: Pick<OpenedSources, 'upstream' | 'inspections' | 'inspector'>;
  readonly buildSource: (request: Omit<BuildRequest, 'python'>) => Promise<BuildResult>;
}

const atOnce = 6;

/**
 * Fetches all files of a lock, by their hashes, builds those that are sources, and opens every wheel that was never opened.
 *
 * @throws POLICY_DENIED for a wheel that is not sound, BUILD_FAILED for a source, INDEX_UNAVAILABLE, ARTIFACT_MISMATCH,
 * ARTIFACT_UNKEPT, CANCELLED, and what keeps a sandbox from being made.
 */
export async function bringLock(parts: BringParts, options: BringOptions): Promise<readonly BroughtWheel[]> {
  const { lock } = options;
  const turns = new Turns(atOnce);
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  let done = 0;
  const bringing = lock.packages.map(async (locked) => {
    using _turn = await turns.take(signal);
    const tell = (phase: BringProgress['phase'], bytes?: number): void => {
      const about = { phase, package: locked.name, done, total: lock.packages.length };
      options.onProgress?.(bytes === undefined ? about : { ...about, bytes });
    };
    const brought = await bring(parts, { ...options, signal, locked, tell });
    done += 1;
    return brought;
  });
  // The first that fails ends the others, and is what is told.
  for (const each of bringing) each.catch((error: unknown) => failed.abort(error));
  const settled = await Promise.allSettled(bringing);
  if (failed.signal.aborted && !options.signal.aborted) throw failed.signal.reason;
  return settled.map((each) => {
    if (each.status === 'rejected') throw each.reason;
    return each.value;
  });
}

interface Bringing extends BringOptions {
  readonly locked: LockedPackage;
  readonly tell: (phase: BringProgress['phase'], bytes?: number) => void;
}

async function bring(parts: BringParts, { locked, asker, signal, tell }: Bringing): Promise<BroughtWheel> {
  const { name, version, isRequested } = locked;
  const [wanted] = filesOf(locked);
  if (wanted === undefined) throw new BelljarError('INTERNAL', `the lock names no file of ${name} ${version}`);
  if (locked.wheels.length === 0) {
    tell('building');
    const result = await parts.buildSource({ sdist: wanted, name, version, asker, signal });
    if (result.kind === 'failed') throw sourceFailed(name, result);
    const { path, filename, sha256, sizeBytes } = result.wheel;
    return { name, version, isRequested, path, filename, sha256, sizeBytes };
  }
  const file = await listedFile(parts, { name, wanted, signal });
  const onProgress = (bytes: number): void => tell('fetching', bytes);
  tell('fetching');
  const artifact = await parts.sources.upstream.fetchArtifact(file, { signal, onProgress });
  tell('inspecting');
  await requireSound(parts, { file, path: artifact.path, sha256: wanted.sha256, signal });
  return { name, version, isRequested, filename: wanted.filename, ...artifact };
}

/** As its page lists it, which tells where it lies today; else as it was locked. */
async function listedFile(
  { sources: { upstream } }: BringParts,
  { name, wanted, signal }: { readonly name: string; readonly wanted: LockedFile; readonly signal: AbortSignal },
): Promise<ProjectFile> {
  const page = await upstream.findPage(name, { signal });
  const listed = page === undefined ? undefined : findFile(page, wanted);
  return listed ?? { ...wanted, yanked: false, coreMetadata: 'unknown' };
}

interface Opening {
  readonly file: ProjectFile;
  readonly path: string;
  readonly sha256: string;
  readonly signal: AbortSignal;
}

async function requireSound({ sources }: BringParts, { file, path, sha256, signal }: Opening): Promise<void> {
  const { upstream, inspections, inspector } = sources;
  const { filename } = file;
  const inspect = (wheel: WheelToInspect, looking: AbortSignal): Promise<unknown> => {
    return inspector.inspect({ ...wheel, signal: looking });
  };
  const inspection = await openListed({ upstream, inspections, inspect }, { file, path, sha256 }, signal);
  if (inspection.verdict === 'sound') return;
  const reasons = inspection.problems.map(({ rule, message }) => {
    return { rule, verdict: 'deny', matched: filename, message, path: [] };
  });
  const [first] = inspection.problems;
  const message = `${filename} was opened and refused: ${first?.message ?? 'it is not sound'}`;
  throw new BelljarError('POLICY_DENIED', message, { details: { reasons, filename, sha256 } });
}

const saidBounds = { maxLines: 40, maxCharacters: 8000 };

function sourceFailed(name: string, { message, said, limit }: Extract<BuildResult, { kind: 'failed' }>): BelljarError {
  const details = { package: name, said: lastWords(said, saidBounds) };
  if (limit !== undefined) return new BelljarError('BUILD_LIMIT', message, { details: { ...details, limit } });
  const hint = 'The end of what its build said is in the details; a version with a wheel needs no build.';
  return new BelljarError('BUILD_FAILED', message, { hint, details });
}
