import { WheelRefusal } from '../problem.ts';
import type { ByteSource } from './byte-source.ts';
import { checkCollisions } from './collisions.ts';
import { readDirectory } from './directory.ts';
import { readEndRecord } from './end-record.ts';
import { type PlacedEntry, placeEntries } from './layout.ts';
import type { ArchiveLimits } from './limits.ts';

/**
 * The entries of an archive in the order in which they lie, once everything about it that can be told without unpacking
 * is found to be right. Throws WheelRefusal.
 */
export function openArchive(source: ByteSource, limits: ArchiveLimits): PlacedEntry[] {
  const end = readEndRecord(source);
  const entries = readDirectory(source, end, limits);
  checkCollisions(entries);
  const placed = placeEntries(source, entries, end.directoryOffset);
  checkSizes(placed, source.sizeBytes, limits);
  return placed;
}

function checkSizes(entries: readonly PlacedEntry[], packedBytes: number, limits: ArchiveLimits): void {
  const folder = entries.find(({ isFolder, unpackedBytes }) => isFolder && unpackedBytes > 0);
  if (folder !== undefined)
    throw new WheelRefusal('archive.kind', `the folder ${folder.path} has content`, folder.path);
  const unpacked = entries.reduce((sum, { unpackedBytes }) => sum + unpackedBytes, 0);
  checkTotal(unpacked, packedBytes, limits);
}

/** Refuses more than is let in, and what unpacks to far more than it weighs. Throws WheelRefusal. */
export function checkTotal(unpacked: number, packedBytes: number, limits: ArchiveLimits): void {
  if (unpacked > limits.maxUnpackedBytes) {
    const message = `it unpacks to ${unpacked} bytes; ${limits.maxUnpackedBytes} are let in`;
    throw new WheelRefusal('archive.size', message);
  }
  if (unpacked <= limits.ratioFreeBytes || unpacked <= packedBytes * limits.maxRatio) return;
  throw new WheelRefusal('archive.size', `it unpacks to ${Math.round(unpacked / packedBytes)} times its size`);
}
