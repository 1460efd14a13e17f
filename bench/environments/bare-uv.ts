import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { type Contestant, timeOf } from '../sandbox/figures.ts';
import type { FetchedWheel } from './wheels.ts';

export interface BareUvOptions {
  readonly uv: string;
  readonly python: string;
  readonly base: string;
  readonly wheels: readonly FetchedWheel[];
}

/** `uv venv` and `uv pip sync` of the same wheels, its own cache warm, all its files links into that. */
export function bareUv({ uv, python, base, wheels }: BareUvOptions, ...more: readonly string[]): Contestant {
  const [found, lock] = [join(base, 'wheels'), join(base, 'requirements.txt')];
  mkdirSync(found, { recursive: true });
  for (const { filename, bytes } of wheels) writeFileSync(join(found, filename), bytes);
  const pins = wheels.map(({ filename, sha256 }) => {
    const [name = '', version = ''] = filename.split('-');
    return `${name}==${version} --hash=sha256:${sha256}\n`;
  });
  writeFileSync(lock, pins.join(''));
  const env = { PATH: '/usr/bin:/bin', HOME: base, UV_CACHE_DIR: join(base, 'cache'), UV_NO_CONFIG: '1' };
  const run = (...args: readonly string[]): void => {
    execFileSync(uv, ['--offline', '--no-python-downloads', ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  };
  const sources = ['--no-index', '--find-links', found, '--require-hashes', '--link-mode', 'hardlink', '--quiet'];
  return async () => {
    const folder = mkdtempSync(join(base, 'by-uv-'));
    return timeOf(() => {
      run('venv', '--quiet', '--python', python, folder);
      run('pip', 'sync', lock, ...sources, '--python', join(folder, 'bin/python'), ...more);
    });
  };
}
