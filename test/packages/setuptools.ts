import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

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
  const metadata = Buffer.from(
    `Metadata-Version: 2.4\nName: setuptools\nVersion: ${version}\nLicense-Expression: MIT\nRequires-Python: >=3.9\n`,
  );
  return { filename, bytes, sha256, metadata };
}
