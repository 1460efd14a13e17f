import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { z } from 'zod';

import { keepJupyter } from '../sandbox/jupyter.ts';
import { keepVenv } from '../sandbox/venv.ts';
import type { Task } from './tasks.ts';

const answerSchema = z.object({ ms: z.number() });

/** What one would take instead, in a process that has it imported already; it reads its own clock. */
export class Peer implements AsyncDisposable {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #said = '';

  constructor(python: string, program: string) {
    this.#process = spawn(python, ['-I', '-B', join(import.meta.dirname, program)], { stdio: 'pipe' });
    this.#process.stderr.on('data', (chunk: Buffer) => (this.#said = `${this.#said}${chunk.toString()}`.slice(-300)));
    this.#lines = createInterface(this.#process.stdout)[Symbol.asyncIterator]();
  }

  async time({ what, code, times = 1, before = '' }: Task): Promise<number> {
    this.#process.stdin.write(`${JSON.stringify({ what, code, times, before })}\n`);
    const line = await this.#lines.next();
    if (line.done === true) throw new Error(`it ended: ${this.#said.trim()}`);
    return answerSchema.parse(JSON.parse(line.value)).ms;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.stdin.end();
    if (this.#process.exitCode === null) await once(this.#process, 'close');
  }
}

export interface Python {
  readonly executable: string;
  readonly version: string;
}

/** Each is made where it is missing; @throws where that cannot be done here. */
export const peers = {
  jupyter: async ({ executable, version }: Python) =>
    new Peer(await keepJupyter(executable, version), 'jupyter_peer.py'),
  'llm-sandbox': async ({ executable, version }: Python) =>
    new Peer(await keepVenv(`llm-sandbox-${version}`, executable, ['llm-sandbox']), 'llm_sandbox_peer.py'),
} as const;

export type PeerName = keyof typeof peers;
