import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Prerequisite } from './prerequisite.ts';
import type { BuiltFile } from './wheels.ts';

const folder = join(import.meta.dirname, '../../.cache/wheels');

/** Small, and each of another kind: one module, a package, many modules, compiled code. */
const pins = ['six==1.17.0', 'attrs==24.2.0', 'rich==13.9.4', 'pyyaml==6.0.2'];

/** Wheels that others made, brought once from the index that pip is configured with, and kept beside the project. */
export const realWheels: Prerequisite = { what: 'a few wheels from an index', holds: bringWheels() };

function bringWheels(): boolean {
  mkdirSync(folder, { recursive: true });
  if (readdirSync(folder).length >= pins.length) return true;
  const options = ['--no-deps', '--only-binary', ':all:', '--disable-pip-version-check', '-q', '-d', folder];
  spawnSync('python3', ['-m', 'pip', 'download', ...options, ...pins], { timeout: 180_000 });
  return readdirSync(folder).length >= pins.length;
}

export function readRealWheels(): Pick<BuiltFile, 'filename' | 'bytes' | 'sha256'>[] {
  return readdirSync(folder).map((filename) => {
    const bytes = readFileSync(join(folder, filename));
    return { filename, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
  });
}
