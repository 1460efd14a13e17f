import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import type { Contestant } from '../sandbox/figures.ts';

export interface BareUvOptions {
  readonly uv: string;
  readonly python: string;
  /** Where its cache lies. */
  readonly folder: string;
  readonly index: string;
  readonly certificates?: string | undefined;
}

/** `uv pip compile` by itself against the index, as somebody would use it who needs no judgement. */
export function bareUv(names: readonly string[], options: BareUvOptions, ...more: readonly string[]): Contestant {
  const { uv, python, folder, index, certificates } = options;
  const args = ['pip', 'compile', '-', '--format', 'pylock.toml', '--generate-hashes', '--no-header', '--quiet'];
  const same = [
    '--no-config',
    '--no-build',
    '--no-python-downloads',
    '--python',
    python,
    '--cache-dir',
    join(folder, 'uv'),
  ];
  const env = {
    UV_DEFAULT_INDEX: index,
    HOME: folder,
    ...(certificates === undefined ? {} : { SSL_CERT_FILE: certificates }),
  };
  return async () => {
    const startedAt = performance.now();
    const child = spawn(uv, [...args, ...same, ...more], { env, stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin.end(`${names.join('\n')}\n`);
    const closed = once(child, 'close');
    const [output, said] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
    if (child.exitCode !== 0) throw new Error(`uv failed: ${said.replaceAll(index, 'the index').slice(0, 500)}`);
    if (!output.includes('[[packages]]')) throw new Error('uv gave no lock');
    return performance.now() - startedAt;
  };
}
