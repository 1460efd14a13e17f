import { Duplex } from 'node:stream';

import type { Backend, ExitReason, Sandbox, SandboxExit } from '../../src/sandbox/index.ts';

/** What a program would say, however much it is told, and how it ends then; without an end it stays until it is killed. */
export interface Script {
  readonly says: readonly Buffer[];
  readonly ends?: ExitReason;
}

const usage = { wallMs: 0, cpuMs: 0, peakMemoryBytes: 0, memoryKills: 0, refusedForks: 0 };

/** Starts programs that lie and die as the test wants them to, one script for each start. */
export function scriptedBackend(scripts: readonly Script[]): {
  readonly backend: Backend;
  readonly starts: () => number;
} {
  let starts = 0;
  const launch = (): Promise<Sandbox> => {
    const script = scripts[Math.min(starts, scripts.length - 1)] ?? { says: [] };
    starts += 1;
    return Promise.resolve(play(script));
  };
  return { backend: { name: 'process', launch } as unknown as Backend, starts: () => starts };
}

function play({ says, ends }: Script): Sandbox {
  const { promise, resolve } = Promise.withResolvers<SandboxExit>();
  const control = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
  const end = (why: ExitReason): void => {
    control.push(null);
    resolve({ why, usage, diagnostics: '' });
  };
  for (const piece of says) control.push(piece);
  if (ends !== undefined) setImmediate(() => end(ends));
  let isOver = ends !== undefined;
  const kill = (by: string): void => {
    if (!isOver) end({ kind: 'killed', by });
    isOver = true;
  };
  return { enforced: [], control, exited: promise, kill } as unknown as Sandbox;
}
