import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { PlacedWheel, PythonBuild } from '../../src/environments/index.ts';
import { compileUnpacked, unpackWheel } from '../../test/support/unpacked-wheels.ts';

/** A wheel as an index has it. */
export interface FetchedWheel {
  readonly filename: string;
  readonly bytes: Buffer;
  readonly sha256: string;
}

const kept = join(import.meta.dirname, '../../.cache/bench/wheels');

/** The wheels of a set and of all that it needs, brought once from the index that pip is configured with. */
export function bringWheels(set: string, names: readonly string[], python: string): FetchedWheel[] {
  const folder = join(kept, set);
  mkdirSync(folder, { recursive: true });
  if (readdirSync(folder).length < names.length) {
    const options = ['--only-binary', ':all:', '--disable-pip-version-check', '-q', '-d', folder];
    execFileSync(python, ['-m', 'pip', 'download', ...options, ...names], { stdio: 'inherit' });
  }
  return readdirSync(folder).map((filename) => {
    const bytes = readFileSync(join(folder, filename));
    return { filename, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
  });
}

/** Unpacked and compiled below a folder, as a store keeps them. */
export function storeWheels(folder: string, wheels: readonly FetchedWheel[], python: PythonBuild): PlacedWheel[] {
  return wheels.map((file) => {
    const wheel = unpackWheel(folder, file, python.executable);
    return { wheel, bytecode: compileUnpacked(wheel, python), isRequested: false };
  });
}
