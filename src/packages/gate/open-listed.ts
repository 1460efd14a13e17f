import { hash } from 'node:crypto';

import { holdAgainst } from '../inspection/index.ts';
import type { ProjectFile, Upstream } from '../upstream/index.ts';
import type { WheelToInspect } from './desk.ts';
import type { Inspections, KeptInspection } from './inspections.ts';

export interface OpenListedParts {
  readonly upstream: Pick<Upstream, 'fetchMetadata' | 'forgetMetadata'>;
  readonly inspections: Inspections;
  readonly inspect: (wheel: WheelToInspect, signal: AbortSignal) => Promise<unknown>;
}

export interface FetchedWheel {
  readonly file: ProjectFile;
  readonly sha256: string;
  readonly path: string;
}

/** What is found in a wheel of an index, and whether that is what the index tells of it: each time anew, since it may be mended. */
export async function openListed(
  { upstream, inspections, inspect }: OpenListedParts,
  { file, sha256, path }: FetchedWheel,
  signal: AbortSignal,
): Promise<KeptInspection> {
  const { filename, coreMetadata } = file;
  const look = (looking: AbortSignal): Promise<unknown> => inspect({ path, filename, sha256 }, looking);
  const found = await inspections.findOr({ filename, coreMetadata, sha256 }, look, signal);
  if (found.verdict === 'refused') return found;
  const held = holdAgainst(found, hash('sha256', await upstream.fetchMetadata(file, { signal })));
  // From now on it is read out of the wheel, or is what the index has by then.
  if (held.verdict === 'refused') await upstream.forgetMetadata(file);
  return held;
}
