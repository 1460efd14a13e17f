import { join } from 'node:path';

import { refuseWhenCancelled } from '../../errors.ts';
import {
  type AnnouncedWheel,
  type EntryPoint,
  type HandlingTerms,
  type ReadingLimits,
  unpackWheel,
} from '../../packages/index.ts';
import type { Backend } from '../../sandbox/index.ts';
import { writeManifest } from './manifest.ts';
import { refuseWheel } from './refuse-wheel.ts';
import type { StoredEntryPoint, StoredFile } from './stored-wheel.ts';
import { WheelWriter } from './wheel-writer.ts';

export interface WheelToStore {
  readonly path: string;
  readonly filename: string;
  readonly sha256: string;
  readonly signal?: AbortSignal | undefined;
  /** How many files of how many are done. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface FillOptions {
  readonly backend: Backend;
  readonly limits?: Partial<ReadingLimits> | undefined;
  readonly terms?: HandlingTerms | undefined;
}

/** Unpacks a wheel into `tree/` of a folder, and seals it; resolves to its manifest. @throws WHEEL_REFUSED, CANCELLED */
export async function fillWheel(half: string, wheel: WheelToStore, options: FillOptions): Promise<string> {
  using writer = new WheelWriter(join(half, 'tree'));
  const unpacking = await unpackWheel({ ...wheel, ...options, sink: writer });
  if (unpacking.verdict === 'refused') throw refuseWheel(wheel.filename, unpacking.problems);
  await writer.seal();
  // The last of it may have come before the end that was wanted.
  refuseWhenCancelled(wheel.signal);
  return describe(wheel, unpacking.wheel, writer.files);
}

function describe(
  { sha256, filename }: WheelToStore,
  { name, version, distInfo, entryPoints }: AnnouncedWheel,
  written: readonly StoredFile[],
): string {
  const files = written.toSorted((one, other) => compare(`${one.scheme}/${one.path}`, `${other.scheme}/${other.path}`));
  return writeManifest({
    ...{ sha256, filename, name, version, distInfo, files },
    entryPoints: entryPoints.map(splitTarget),
    installedBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  });
}

/** By code units, so that the order is the same on every machine. */
function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

/** `module:attribute [extra]`; the extras say what it needs, which the lock knows better. */
function splitTarget({ name, target, isGraphical }: EntryPoint): StoredEntryPoint {
  const [module = '', attribute = ''] = target.replace(/\[.*$/s, '').split(':');
  const group = isGraphical ? 'gui_scripts' : 'console_scripts';
  return { group, name, module: module.trim(), attribute: attribute.trim() };
}
