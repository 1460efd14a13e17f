import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { BuiltFile } from './wheels.ts';

export interface InstallByUvOptions {
  readonly uv: string;
  readonly python: string;
  /** Empty; all that uv needs lies below it. */
  readonly base: string;
  readonly wheels: readonly Pick<BuiltFile, 'filename' | 'bytes' | 'sha256'>[];
}

/** What `uv pip sync` makes of wheels in a new virtual environment, held to their hashes, with bytecode: its folder. */
export function installByUv({ uv, python, base, wheels }: InstallByUvOptions): string {
  const [folder, found] = [join(base, 'by-uv'), join(base, 'wheels')];
  const run = (...args: readonly string[]): void => {
    const env = { PATH: '/usr/bin:/bin', HOME: base, UV_CACHE_DIR: join(base, 'cache'), UV_NO_CONFIG: '1' };
    execFileSync(uv, ['--offline', '--no-python-downloads', ...args], { env, stdio: 'pipe' });
  };
  run('venv', '--python', python, folder);
  mkdirSync(found);
  for (const { filename, bytes } of wheels) writeFileSync(join(found, filename), bytes);
  const lock = wheels.map(({ filename, sha256 }) => {
    const [name = '', version = ''] = filename.split('-');
    return `${name}==${version} --hash=sha256:${sha256}\n`;
  });
  writeFileSync(join(base, 'requirements.txt'), lock.join(''));
  const sources = ['--no-index', '--find-links', found, '--require-hashes', '--link-mode', 'copy'];
  const target = ['--python', join(folder, 'bin/python'), '--compile-bytecode'];
  run('pip', 'sync', join(base, 'requirements.txt'), ...sources, ...target);
  return folder;
}
