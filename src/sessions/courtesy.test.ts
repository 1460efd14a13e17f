import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it, mock } from 'node:test';

import type { Sandbox, SandboxUsage } from '../sandbox/index.ts';
import { Courtesy } from './courtesy.ts';

describe('Courtesy', () => {
  it('sends a run to the background when it has used its credit of processor time, not before', async () => {
    await withClock(async ({ courtesy, sandbox, heard, pass }) => {
      await pass(1000);
      courtesy.runBegan(1000);
      sandbox.cpuMs = 1050; // it slept most of the time
      await pass(110);
      assert.deepEqual(heard, []);
      sandbox.cpuMs = 1110;
      await pass(60);
      assert.deepEqual(heard, ['background']);
    });
  });

  it('keeps short runs in the foreground, however many there are', async () => {
    await withClock(async ({ courtesy, heard, pass }) => {
      await pass(100);
      for (let run = 0; run < 1000; run++) {
        courtesy.runBegan(0);
        await pass(5);
        courtesy.runEnded(5);
      }
      assert.deepEqual(heard, []);
    });
  });

  it('keeps long runs in the background, although each begins anew', async () => {
    await withClock(async ({ courtesy, sandbox, heard, pass }) => {
      for (let run = 0; run < 5; run++) {
        courtesy.runBegan(0);
        sandbox.cpuMs = 150;
        await pass(150);
        courtesy.runEnded(150);
        await pass(1);
      }
      assert.deepEqual(heard, ['background']);
    });
  });

  it('begins a new session in the background, and brings it forward after a few short runs', async () => {
    await withClock(async ({ courtesy, heard, pass }) => {
      await pass(300);
      courtesy.becameReady();
      for (let run = 0; run < 3; run++) {
        courtesy.runBegan(0);
        await pass(4);
        courtesy.runEnded(4);
      }
      assert.deepEqual(heard, ['background', 'foreground']);
    });
  });

  it('forgives what was used after a time of rest', async () => {
    await withClock(async ({ courtesy, sandbox, heard, pass }) => {
      courtesy.runBegan(0);
      sandbox.cpuMs = 60_000;
      await pass(60_000);
      courtesy.runEnded(60_000);
      await pass(1100);
      courtesy.runBegan(0);
      assert.deepEqual(heard, ['background', 'foreground']);
    });
  });

  it('sends to the background what runs between runs', async () => {
    await withClock(async ({ courtesy, heard, pass }) => {
      await pass(100);
      courtesy.runBegan(0);
      courtesy.runEnded(1);
      await pass(50);
      assert.deepEqual(heard, ['background']);
    });
  });

  it('goes by the clock where nobody counts processor time, and is silent once closed', async () => {
    await withClock(async ({ courtesy, sandbox, heard, pass }) => {
      sandbox.cpuMs = undefined;
      courtesy.runBegan(undefined);
      await pass(20);
      assert.deepEqual(heard, ['background']);
      courtesy.close();
      courtesy.runEnded(undefined);
      await pass(1000);
      assert.deepEqual(heard, ['background']);
    });
  });
});

interface Scene {
  readonly courtesy: Courtesy;
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
    restartCpuTime: () => undefined,
    giveFilesTo: () => Promise.resolve(false),
    setPriority: (priority: string) => heard.push(priority),
    usage(): Promise<SandboxUsage> {
      return Promise.resolve({ wallMs: 0, cpuMs: this.cpuMs, peakMemoryBytes: 0, memoryKills: 0, refusedForks: 0 });
    },
  };
  let nowMs = 0;
  const courtesy = new Courtesy(sandbox, { cpus: 1, now: () => nowMs });
  const pass = async (ms: number): Promise<void> => {
    nowMs += ms;
    mock.timers.tick(ms);
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  };
  try {
    await play({ courtesy, sandbox, heard, pass });
  } finally {
    courtesy.close();
    mock.timers.reset();
  }
}
