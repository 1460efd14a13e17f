import { Duplex } from 'node:stream';

import type { Sandbox, SandboxExit, SandboxUsage } from '../../src/sandbox/index.ts';

/** Stands where a sandbox would, with nothing inside: what it says is for the test to say. */
export class MemorySandbox implements Sandbox {
  readonly enforced = [];
  readonly control: Duplex;
  readonly exited: Promise<SandboxExit>;
  readonly #end: (exit: SandboxExit) => void;

  constructor(onLine: (line: string) => void) {
    const { promise, resolve } = Promise.withResolvers<SandboxExit>();
    this.exited = promise;
    this.#end = resolve;
    this.control = new Duplex({
      read: () => undefined,
      write: (chunk: Buffer, _encoding, taken) => {
        for (const line of chunk.toString('utf8').split('\n').filter(Boolean)) onLine(line);
        taken();
      },
    });
    this.control.on('error', () => undefined);
  }

  /** What comes out of it, as it would come off a pipe. */
  say(chunks: readonly Buffer[]): void {
    for (const chunk of chunks) if (!this.control.destroyed) this.control.push(chunk);
  }

  kill(by: string): void {
    if (!this.control.destroyed) this.control.push(null);
    this.#end({ why: { kind: 'killed', by }, usage: nothingUsed, diagnostics: '' });
  }

  usage(): Promise<SandboxUsage> {
    return Promise.resolve(nothingUsed);
  }

  restartCpuTime(): void {
    // there is no clock
  }

  giveFilesTo(): Promise<boolean> {
    return Promise.resolve(true);
  }

  setPriority(): void {
    // there is nothing that could be more urgent
  }
}

const nothingUsed = { wallMs: 0, cpuMs: 0, peakMemoryBytes: 0, memoryKills: 0, refusedForks: 0 };
