import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it, mock } from 'node:test';

import type { Sandbox, SandboxUsage } from '../sandbox/index.ts';
import { Courtesy } from './courtesy.ts';

describe('Courtesy', () => {
  it('sends a run to the background when it has used its burst of processor time, not before', async () => {
    await withClock(async ({ sandbox, heard, pass }) => {
      const courtesy = new Courtesy(sandbox, { cpus: 1 });
      courtesy.runBegan(1000);
      sandbox.cpuMs = 1050; // it slept most of the time
      await pass(200);
      assert.deepEqual(heard, []);
      sandbox.cpuMs = 1250;
      await pass(150);
      assert.deepEqual(heard, ['background']);
      courtesy.close();
    });
  });

  it('brings the next run back, and does not look after a run that has ended', async () => {
    await withClock(async ({ sandbox, heard, pass }) => {
      const courtesy = new Courtesy(sandbox, { cpus: 1 });
      courtesy.runBegan(0);
      sandbox.cpuMs = 500;
      await pass(200);
      courtesy.runEnded();
      courtesy.runBegan(500);
      courtesy.runEnded();
      await pass(40);
      assert.deepEqual(heard, ['background', 'foreground']);
      courtesy.close();
    });
  });

  it('sends to the background what runs between runs', async () => {
    await withClock(async ({ sandbox, heard, pass }) => {
      const courtesy = new Courtesy(sandbox, { cpus: 1 });
      courtesy.runBegan(0);
      courtesy.runEnded();
      await pass(50);
      assert.deepEqual(heard, ['background']);
      courtesy.close();
    });
  });

  it('goes by the clock where nobody counts processor time, and is silent once closed', async () => {
    await withClock(async ({ sandbox, heard, pass }) => {
      const courtesy = new Courtesy(sandbox, { cpus: 2 });
      sandbox.cpuMs = undefined;
      courtesy.runBegan(undefined);
      await pass(100);
      assert.deepEqual(heard, ['background']);
      courtesy.close();
      courtesy.runEnded();
      await pass(1000);
      assert.deepEqual(heard, ['background']);
    });
  });
});

interface Scene {
  readonly sandbox: Sandbox & { cpuMs: number | undefined };
  readonly heard: string[];
  readonly pass: (ms: number) => Promise<void>;
}

/** A sandbox that only counts and listens: what is tested is when it is told what. */
async function withClock(play: (scene: Scene) => Promise<void>): Promise<void> {
  mock.timers.enable({ apis: ['setTimeout'] });
  const heard: string[] = [];
  const sandbox = {
    cpuMs: 0 as number | undefined,
    enforced: [],
    control: new PassThrough(),
    exited: new Promise<never>(() => undefined),
    kill: () => undefined,
    setPriority: (priority: string) => heard.push(priority),
    usage(): Promise<SandboxUsage> {
      return Promise.resolve({ wallMs: 0, cpuMs: this.cpuMs, peakMemoryBytes: 0, memoryKills: 0, refusedForks: 0 });
    },
  };
  const pass = async (ms: number): Promise<void> => {
    mock.timers.tick(ms);
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  };
  try {
    await play({ sandbox, heard, pass });
  } finally {
    mock.timers.reset();
  }
}
