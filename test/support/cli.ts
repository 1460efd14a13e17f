import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { cacheFolder } from '../../src/storage/index.ts';
import { prepareCache } from './prepared-cache.ts';

export const launcher = fileURLToPath(new URL('../../belljar', import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly stdoutBytes: Buffer;
}

/** Commands that start something behind glass. */
const runs = new Set(['run', 'plan', 'install', 'gate']);

/** The command line as a person calls it, on a home of its own. */
export class TestCli implements Disposable {
  readonly home = join(mkdtempSync(join(tmpdir(), 'belljar-home-')), 'home');

  [Symbol.dispose](): void {
    rmSync(join(this.home, '..'), { recursive: true, force: true });
  }

  /** What whoever calls it has. */
  get env(): NodeJS.ProcessEnv {
    return { ...process.env, BELLJAR_HOME: this.home, BELLJAR_NODE: process.execPath };
  }

  start(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
    if (runs.has(args[0] ?? '')) prepareCache(cacheFolder(this.home));
    return spawn(launcher, args, {
      env: { ...this.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }

  async run(
    args: readonly string[],
    options: { input?: string | Uint8Array; env?: NodeJS.ProcessEnv } = {},
  ): Promise<CliResult> {
    const child = this.start(args, options.env);
    child.stdin?.on('error', () => undefined); // a command that reads nothing closes it
    child.stdin?.end(options.input ?? '');
    return finish(child);
  }

  /** What the record says, oldest first, as the audit command tells it. */
  async entries(): Promise<Record<string, unknown>[]> {
    const { stdout } = await this.run(['audit', 'tail', '--limit', '1000', '--json']);
    return (JSON.parse(stdout) as { entries: Record<string, unknown>[] }).entries;
  }
}

export async function finish(child: ChildProcess): Promise<CliResult> {
  if (child.stdout === null || child.stderr === null) throw new Error('the streams are not piped');
  const closed = new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.once('close', (code, signal) => resolve([code, signal]));
  });
  const [stdout, stderr, [code, signal]] = await Promise.all([buffer(child.stdout), buffer(child.stderr), closed]);
  return { code, signal, stdout: stdout.toString('utf8'), stderr: stderr.toString('utf8'), stdoutBytes: stdout };
}
