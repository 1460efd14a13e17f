import { type FileHandle, chmod, chown, mkdir, open, rename, truncate } from 'node:fs/promises';
import { constants } from 'node:fs';
import { join } from 'node:path';

import type { VolumeBounds } from './bounds.ts';
import { ownInodes } from './measure.ts';
import { type ProgramEnd, runProgram } from './programs.ts';
import { unusable } from './unusable.ts';

const blockBytes = 4096;
const inodeBytes = 256;
const blocksPerGroup = 8 * blockBytes;
const inodesPerTableBlock = blockBytes / inodeBytes;
const journalBlocks = 1024;

/** All that is used is named, so that this machine's defaults change nothing. */
const features = [
  'none',
  ...['has_journal', 'ext_attr', 'dir_index', 'filetype', 'extent', 'flex_bg', 'sparse_super', 'large_file'],
  ...['huge_file', 'dir_nlink', 'extra_isize', 'metadata_csum', 'resize_inode'],
];

/**
 * Set-uid files and devices mean nothing here; programs and shared objects may be loaded. What is deleted goes back to
 * the host. Tables are not written out beforehand: the image is sparse, so they read as zeros already.
 */
const mountOptions = 'loop,nosuid,nodev,noatime,discard,errors=remount-ro,noinit_itable';

/** The blocks of an image that holds no more than a bound, and the inodes in it. */
export function planImage({ maxBytes, maxFiles }: VolumeBounds): { blocks: number; inodes: number } {
  const data = Math.floor(maxBytes / blockBytes);
  let blocks = data + journalBlocks;
  // The tables take room of their own, and more room needs more tables: twice is enough to settle it.
  for (let round = 0; round < 3; round++) {
    const groups = Math.ceil(blocks / blocksPerGroup);
    const tables = groups * (inodesPerGroup(maxFiles, groups) / inodesPerTableBlock + 2);
    blocks = data + journalBlocks + tables + 2;
  }
  const groups = Math.ceil(blocks / blocksPerGroup);
  return { blocks, inodes: groups * inodesPerGroup(maxFiles, groups) };
}

function inodesPerGroup(maxFiles: number, groups: number): number {
  const wanted = (maxFiles + ownInodes) / groups;
  return Math.max(inodesPerTableBlock, Math.floor(wanted / inodesPerTableBlock) * inodesPerTableBlock);
}

interface Cancellable {
  readonly signal?: AbortSignal | undefined;
}

/** Makes a sparse image with one empty folder in it, both owned by a uid. */
export async function makeImage(
  folder: string,
  uid: number,
  { signal, ...bounds }: VolumeBounds & Cancellable,
): Promise<ProgramEnd> {
  const { blocks, inodes } = planImage(bounds);
  const [image, template] = [join(folder, 'image'), join(folder, 'template')];
  await mkdir(join(template, 'files'), { recursive: true, mode: 0o700 });
  await chmod(template, 0o711);
  await chown(join(template, 'files'), uid, uid);
  const file = await open(image, 'wx', 0o600);
  await file.truncate(blocks * blockBytes);
  await file.close();
  const sizes = ['-b', String(blockBytes), '-I', String(inodeBytes), '-N', String(inodes), '-m', '0', '-J', 'size=4'];
  const lazily = ['-E', 'lazy_itable_init=1,lazy_journal_init=1,nodiscard'];
  const how = ['-q', '-F', '-t', 'ext4', '-O', features.join(','), ...sizes, ...lazily, '-d', template];
  const made = await runProgram('mke2fs', [...how, image], signal);
  if (made.code !== 0) return made;
  await chown(image, uid, uid);
  await syncFile(image);
  return made;
}

/** What an image says of itself. */
export interface ImageHead {
  readonly uid: number;
  readonly blocks: number;
  /** Whether its journal holds what must be played back before anything but the kernel touches it. */
  readonly isDirty: boolean;
  /** Why it is not to be mounted. */
  readonly damage: string | undefined;
}

const superblockAt = 1024;
const hasErrors = 2;
const needsRecovery = 4;

/** Reads the superblock; nothing that lies in the file system is looked at. */
export async function readImageHead(image: string): Promise<ImageHead> {
  const file = await open(image, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { uid, size } = await file.stat();
    const block = await readBlock(file);
    const isDirty = (block.readUInt32LE(96) & needsRecovery) !== 0;
    return { uid, blocks: block.readUInt32LE(4), isDirty, damage: findDamage(block, size) };
  } finally {
    await file.close();
  }
}

async function readBlock(file: FileHandle): Promise<Buffer> {
  const block = Buffer.alloc(1024);
  await file.read(block, 0, block.length, superblockAt);
  return block;
}

function findDamage(block: Buffer, size: number): string | undefined {
  if (block.readUInt16LE(56) !== 0xef53) return 'it is no ext4 file system';
  if (block.readUInt32LE(4) * blockBytes > size) return 'it was cut short';
  if ((block.readUInt16LE(58) & hasErrors) !== 0) return 'the kernel found errors in it';
  return undefined;
}

/** Where the same image is mounted already, by us or another server, the kernel shares one file system. */
export function mountImage(image: string, mountPoint: string): Promise<ProgramEnd> {
  return runProgram('mount', ['-t', 'ext4', '-o', mountOptions, '--', image, mountPoint]);
}

/**
 * Has the kernel write past its own cache of the image, which would hold everything twice, and whose writing back is work
 * of the kernel's that no limit of a sandbox counts. Where it cannot be had, things are as they were.
 */
export async function writeDirectly(image: string): Promise<void> {
  try {
    for (const device of await attachedDevices(image)) await runProgram('losetup', ['--direct-io=on', '--', device]);
  } catch {
    // It would only have been better.
  }
}

/**
 * Gives an image that nobody uses more room. It is done to a copy (of the bytes, not of the files), which takes the
 * image's place when it is whole: cut short at any moment, the image is as it was. The kernel could do it while mounted,
 * but asks for a right that root in a container seldom has.
 */
export async function growImage(
  image: string,
  folder: string,
  { signal, ...bounds }: VolumeBounds & Cancellable,
): Promise<ProgramEnd> {
  const copy = join(folder, 'image');
  const how = ['--sparse=always', '--reflink=auto', '--preserve=mode,ownership', '--no-dereference'];
  const copied = await runProgram('cp', [...how, '--', image, copy], signal);
  if (copied.code !== 0) return copied;
  await truncate(copy, planImage(bounds).blocks * blockBytes);
  const grown = await runProgram('resize2fs', ['-f', copy], signal);
  if (grown.code !== 0) return grown;
  await syncFile(copy);
  await rename(copy, image);
  return grown;
}

/**
 * The loop devices that serve an image, whoever set them up; empty where it is not in use.
 *
 * @throws WORKSPACE_UNUSABLE where that cannot be found out.
 */
export async function attachedDevices(image: string): Promise<string[]> {
  const how = ['--list', '--noheadings', '--output', 'NAME', '--associated', image];
  const { code, said, output } = await runProgram('losetup', how);
  if (code !== 0) throw unusable('in-use', `cannot find out who uses ${image}: ${said}`, { image });
  return output.split('\n').filter(Boolean);
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  await file.sync().finally(() => file.close());
}
