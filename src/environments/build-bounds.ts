import { BelljarError, cancelled } from '../errors.ts';
import { timerMs } from '../options.ts';
import type { HandlingTerms } from '../packages/index.ts';
import { formatDuration } from '../units.ts';
import type { PlacedWheel } from './assemble/index.ts';
import type { BuildProgress, BuildTools } from './shelf/index.ts';

/**
 * Has an environment built within the time that the policy gives.
 *
 * @throws BUILD_LIMIT when that is over, which names what was being done then; what the work throws.
 */
export async function buildInTime<T>(
  { wallTimeMs }: Pick<HandlingTerms, 'wallTimeMs'>,
  { signal, onProgress }: BuildTools,
  work: (tools: BuildTools) => Promise<T>,
): Promise<T> {
  const clock = new AbortController();
  let last: BuildProgress | undefined;
  const tell = (progress: BuildProgress): void => {
    last = progress;
    onProgress(progress);
  };
  const timer = setTimeout(() => clock.abort(), timerMs(wallTimeMs));
  try {
    return await work({ signal: AbortSignal.any([signal, clock.signal]), onProgress: tell });
  } catch (error) {
    if (signal.aborted) throw cancelled(signal);
    throw clock.signal.aborted ? tookTooLong(wallTimeMs, last) : error;
  } finally {
    clearTimeout(timer);
  }
}

function tookTooLong(wallTimeMs: number, last: BuildProgress | undefined): BelljarError {
  const what =
    last === undefined ? '' : `; it was ${last.phase}${last.package === undefined ? '' : ` ${last.package}`}`;
  const message = `building the environment took longer than ${formatDuration(wallTimeMs)}${what}`;
  const details = { limit: 'packages.limits.buildTime', package: last?.package };
  return new BelljarError('BUILD_LIMIT', message, { details });
}

/** @throws BUILD_LIMIT where an environment would have more files than the policy lets it, with the wheel that has most. */
export function requireFewFiles({ maxFiles }: Pick<HandlingTerms, 'maxFiles'>, wheels: readonly PlacedWheel[]): void {
  const counted = wheels.map(({ wheel, bytecode }) => {
    return { name: wheel.name, files: wheel.files.length + (bytecode?.files.length ?? 0) };
  });
  const files = counted.reduce((sum, each) => sum + each.files, 0);
  if (files <= maxFiles) return;
  const [most] = counted.toSorted((one, other) => other.files - one.files);
  const message =
    `the environment would have ${files} files; the limit is ${maxFiles}` +
    (most === undefined ? '' : `, and ${most.name} alone has ${most.files}`);
  throw new BelljarError('BUILD_LIMIT', message, { details: { limit: 'packages.build.files', package: most?.name } });
}
