import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { readMember } from '../../src/packages/resolve/wheel-member.ts';
import type { Prerequisite } from '../support/prerequisite.ts';
import type { BuiltFile } from '../support/wheels.ts';

const version = '80.9.0';
const filename = `setuptools-${version}-py3-none-any.whl`;
const folder = join(import.meta.dirname, '../../.cache/setuptools');
const path = join(folder, filename);

/** The wheel of setuptools, brought once from the index that pip is configured with, and kept beside the project. */
export const setuptoolsWheel: Prerequisite = { what: `setuptools ${version} from an index`, holds: bring() };

function bring(): boolean {
  if (existsSync(path)) return true;
  mkdirSync(folder, { recursive: true });
  const options = ['--no-deps', '--only-binary', ':all:', '--disable-pip-version-check', '-q', '-d', folder];
  spawnSync('python3', ['-m', 'pip', 'download', ...options, `setuptools==${version}`], { timeout: 180_000 });
  return existsSync(path);
}

export function setuptoolsFile(): BuiltFile {
  const bytes = readFileSync(path);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const metadata = readMember(bytes, `setuptools-${version}.dist-info/METADATA`, 1_000_000) ?? Buffer.alloc(0);
  return { filename, bytes, sha256, metadata };
}
