import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { constants, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { copyFile, link, mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { makeOwnFolder } from '../../src/own-folder.ts';
import { findUvWheel } from '../../src/packages/resolve/uv-release.ts';
import { keepUv, uvVersion } from '../../src/packages/resolve/index.ts';
import { prepareCache } from '../support/prepared-cache.ts';
import type { Prerequisite } from '../support/prerequisite.ts';
import type { BuiltFile } from '../support/wheels.ts';
import { MemoryUpstream } from './memory-upstream.ts';

const folder = join(import.meta.dirname, '../../.cache/uv');
const wheel = findUvWheel();
const path = join(folder, wheel?.filename ?? 'none');

/** The wheel of uv, brought once from the index that pip is configured with, and kept beside the project. */
export const uvWheel: Prerequisite = { what: `uv ${uvVersion} from an index`, holds: bringUv() };

function bringUv(): boolean {
  if (wheel === undefined) return false;
  if (existsSync(path)) return true;
  mkdirSync(folder, { recursive: true });
  const options = ['--no-deps', '--only-binary', ':all:', '--disable-pip-version-check', '-q', '-d', folder];
  spawnSync('python3', ['-m', 'pip', 'download', ...options, `uv==${uvVersion}`], { timeout: 180_000 });
  return existsSync(path);
}

/** A folder with uv in it, as Belljar makes it, below one that the test gives. */
export async function unpackUv(base: string): Promise<string> {
  return keepUv({ upstream: upstreamWithUv(), base });
}

export function upstreamWithUv(): MemoryUpstream {
  const upstream = new MemoryUpstream();
  addUv(upstream);
  return upstream;
}

/** Puts uv where a home keeps it: to fetch and unpack it in each home of each test would take longer than the tests. */
export async function placeUv(base: string): Promise<void> {
  const kept = await unpackUv(join(folder, 'unpacked'));
  const place = join(base, basename(kept));
  prepareCache(base);
  await mkdir(base, { recursive: true, mode: 0o711 });
  await makeOwnFolder(place, 0o755);
  await link(join(kept, 'uv'), join(place, 'uv')).catch(() =>
    // Another file system.
    copyFile(join(kept, 'uv'), join(place, 'uv'), constants.COPYFILE_FICLONE),
  );
}

/** Lets an upstream of a test have uv as well. */
export function addUv(upstream: MemoryUpstream): void {
  upstream.addFile('uv', uvFile());
}

export function uvFile(): BuiltFile {
  return (readOnce ??= readUvFile());
}

let readOnce: BuiltFile | undefined;

function readUvFile(): BuiltFile {
  const bytes = readFileSync(path);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { filename: wheel?.filename ?? '', bytes, sha256, metadata: Buffer.alloc(0) };
}
