import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type Duplex, duplexPair } from 'node:stream';
import { type TestContext, describe, it } from 'node:test';

import type { Sandbox, SandboxExit } from '../sandbox/index.ts';
import { Program, type ProgramParts } from './program.ts';
import { ProgramLine } from './program-line.ts';
import { packFrame } from './wire.ts';

const limits = { cpuTimeMs: 60_000, cpus: 1, wallTimeMs: 60_000, outputBytes: 100 } as ProgramParts['limits'];
const usage = { wallMs: 1, cpuMs: 0, peakMemoryBytes: undefined, memoryKills: 0, refusedForks: 0 };

/** What serves a command, as a test has it do what it likes. */
function start() {
  const [control, inside] = duplexPair();
  const exited = Promise.withResolvers<SandboxExit>();
  const killed: string[] = [];
  const exit = (): void => exited.resolve({ why: { kind: 'exited', code: 0 }, usage, diagnostics: '' });
  const kill = (by: string): void => {
    killed.push(by);
    inside.end();
    exit();
  };
  const sandbox = {
    ...{ enforced: [], control, exited: exited.promise, kill, usage: () => Promise.resolve(usage) },
    ...{ restartCpuTime: () => undefined, setPriority: () => undefined },
  } as unknown as Sandbox;
  const line = new ProgramLine(sandbox, { maxBytes: limits.outputBytes, onExceeded: () => program.printedTooMuch() });
  const program: Program = new Program({
    ...{ sandbox, line, limits, isLasting: true, environment: null, notEnforced: [] },
    ...{ command: { argv: ['server'], env: {}, workingDirectory: '/workspace' }, onEnded: () => Promise.resolve() },
  });
  inside.resume();
  return { program, inside, killed, exit };
}

async function print(program: Program, inside: Duplex, bytes: number): Promise<void> {
  const read = once(program.stdout, 'data');
  inside.write(packFrame('data', 1, Buffer.alloc(bytes)));
  await read;
}

describe('Program', () => {
  it('is killed where it told its end and lives on', async (test: TestContext) => {
    test.mock.timers.enable({ apis: ['setTimeout'] });
    const { program, inside, killed } = start();
    inside.end(packFrame('ended', 0, Buffer.from('exited 0')));
    await once(program.stdout.resume(), 'close');
    await new Promise(setImmediate);
    assert.deepEqual(killed, [], 'it has a while to go by itself');
    test.mock.timers.tick(5000);
    assert.deepEqual((await program.ended).outcome, { status: 'exited', code: 0 });
    assert.deepEqual(killed, ['its end']);
  });

  it('is not killed where it told its end and is gone', async () => {
    const { program, inside, killed, exit } = start();
    inside.end(packFrame('ended', 0, Buffer.from('exited 3')));
    exit();
    assert.deepEqual((await program.ended).outcome, { status: 'exited', code: 3 });
    assert.deepEqual(killed, []);
  });

  it('may print as much again when its clocks count anew, and no more', async () => {
    const { program, inside, killed } = start();
    for (let round = 0; round < 3; round += 1) {
      await print(program, inside, 80);
      await program.restartClocks();
    }
    assert.deepEqual(killed, []);
    await print(program, inside, 80);
    await print(program, inside, 21);
    const { outcome, outputBytes } = await program.ended;
    assert.deepEqual([outcome, outputBytes], [{ status: 'output', limitBytes: 100 }, 341]);
  });
});
