import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Prerequisite } from './prerequisite.ts';
import type { BuiltFile } from './wheels.ts';

const folder = join(import.meta.dirname, '../../.cache/numpy');

/** Code compiled against the one does not run with the other; the last before the break has wheels for 3.9 to 3.12. */
export const numpyVersions = ['1.26.4', '2.0.2'] as const;

/** The wheels of both for the machine's Python, brought once from the index that pip is configured with. */
export const numpyWheels: Prerequisite = { what: 'numpy 1.26 and 2.0 from an index', holds: bringWheels() };

function bringWheels(): boolean {
  mkdirSync(folder, { recursive: true });
  const options = ['--no-deps', '--only-binary', ':all:', '--disable-pip-version-check', '-q', '-d', folder];
  return numpyVersions.every((version) => {
    if (nameOf(version) !== undefined) return true;
    spawnSync('python3', ['-m', 'pip', 'download', ...options, `numpy==${version}`], { timeout: 180_000 });
    return nameOf(version) !== undefined;
  });
}

function nameOf(version: string): string | undefined {
  return readdirSync(folder).find((name) => name.startsWith(`numpy-${version}-`));
}

export function readNumpyWheels(): BuiltFile[] {
  return numpyVersions.flatMap((version) => {
    const filename = nameOf(version);
    if (filename === undefined) return [];
    const bytes = readFileSync(join(folder, filename));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { filename, bytes, sha256, metadata: Buffer.from(readMetadata(join(folder, filename))) };
  });
}

function readMetadata(wheel: string): string {
  const program = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
    sys.stdout.buffer.write(archive.read(name))`;
  const { stdout, status } = spawnSync('python3', ['-I', '-c', program, wheel], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${wheel} holds no METADATA`);
  return stdout;
}
