import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, mock } from 'node:test';

import { type Occupant, SpareProcessor, findSpareable } from './spare-processor.ts';

describe('SpareProcessor', () => {
  it('keeps what works in the background off while there is foreground work, and no longer', async () => {
    await withClock(async ({ spare, work, heard, pass }) => {
      spare.setBackground(work('burner', 50), true);
      await pass(2000);
      assert.deepEqual(heard, [], 'the control: with nobody else about it may run everywhere');
      spare.touch();
      await pass(100);
      assert.deepEqual(heard, ['burner on 1']);
      await pass(1100);
      assert.deepEqual(heard, ['burner on 1', 'burner on 0,1']);
      spare.touch();
      await pass(100);
      assert.deepEqual(heard.slice(2), ['burner on 1']);
    });
  });

  it('keeps off at once what goes to the background beside foreground work', async () => {
    await withClock(async ({ spare, work, heard, pass }) => {
      spare.touch();
      spare.setBackground(work('burner', 50), true);
      await pass(0);
      assert.deepEqual(heard, ['burner on 1']);
      await pass(1500);
      assert.deepEqual(heard, ['burner on 1', 'burner on 0,1']);
    });
  });

  it('leaves alone what is idle in the background, however long', async () => {
    await withClock(async ({ spare, work, heard, pass }) => {
      spare.setBackground(work('idle', 0), true);
      for (let second = 0; second < 5; second++) {
        spare.touch();
        await pass(500);
      }
      assert.deepEqual(heard, []);
    });
  });

  it('lets go at once of what comes to the foreground, which counts as foreground work', async () => {
    await withClock(async ({ spare, work, heard, pass }) => {
      const one = work('one', 50);
      spare.setBackground(one, true);
      spare.setBackground(work('other', 50), true);
      spare.touch();
      await pass(900);
      spare.setBackground(one, false);
      await pass(900);
      assert.deepEqual(heard, ['one on 1', 'other on 1', 'one on 0,1']);
    });
  });

  it('goes round where there are many, so that all are looked at', async () => {
    await withClock(async ({ spare, work, heard, pass }) => {
      for (let index = 0; index < 150; index++) spare.setBackground(work(`idle ${index}`, 0), true);
      spare.setBackground(work('last', 50), true);
      await pass(100);
      spare.touch();
      await pass(300);
      assert.deepEqual(heard, ['last on 1']);
    });
  });

  it('is silent about what has ended', async () => {
    await withClock(async ({ spare, work, heard, pass }) => {
      const groups = [work('one', 50), work('other', 50)];
      for (const group of groups) spare.setBackground(group, true);
      spare.touch();
      for (const group of groups) spare.forget(group);
      await pass(5000);
      assert.deepEqual(heard, []);
    });
  });
});

describe('findSpareable()', () => {
  it('spares the first of several processors, and none where there is but one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'belljar-test-'));
    try {
      writeFileSync(join(folder, 'cpuset.cpus'), '2-4,7\n');
      const found = await findSpareable({ version: 1, folder });
      assert.deepEqual(found, { version: 1, all: '2,3,4,7', spared: '3,4,7' });
      writeFileSync(join(folder, 'cpuset.cpus.effective'), '0\n');
      assert.equal((await findSpareable({ version: 2, folder })).version, 'none');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('says why where groups cannot be made', async () => {
    assert.deepEqual(await findSpareable({ version: 'none', why: 'a test' }), { version: 'none', why: 'a test' });
  });
});

interface Scene {
  readonly spare: SpareProcessor;
  readonly heard: string[];
  /** A group that uses so many milliseconds of processor time in each hundred. */
  readonly work: (name: string, cpuMs: number) => Occupant;
  readonly pass: (ms: number) => Promise<void>;
}

/** Groups that only listen: what is tested is when they are told what. */
async function withClock(play: (scene: Scene) => Promise<void>): Promise<void> {
  mock.timers.enable({ apis: ['setInterval'] });
  let nowMs = 0;
  const heard: string[] = [];
  const work: Scene['work'] = (name, cpuMs) => {
    const useProcessors = (list: string): Promise<void> => {
      heard.push(`${name} on ${list}`);
      return Promise.resolve();
    };
    return { cpuMs: () => (nowMs / 100) * cpuMs, useProcessors };
  };
  const turn = async (): Promise<void> => {
    for (let left = 10; left > 0; left--) await Promise.resolve();
  };
  const pass = async (ms: number): Promise<void> => {
    await turn();
    for (let passed = 0; passed < ms; passed += 50) {
      nowMs += 50;
      mock.timers.tick(50);
      await turn();
    }
  };
  try {
    await play({ spare: new SpareProcessor({ all: '0,1', spared: '1' }, () => nowMs), heard, work, pass });
  } finally {
    mock.timers.reset();
  }
}
