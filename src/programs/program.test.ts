import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import { it } from 'node:test';

import type { RunLimits } from '../policy/index.ts';
import type { Sandbox, SandboxExit } from '../sandbox/index.ts';
import { Program } from './program.ts';
import { ProgramLine } from './program-line.ts';
import { packFrame } from './wire.ts';

it('a lasting program whose process 1 tells its end and stays is ended all the same', { timeout: 60_000 }, async () => {
  const control = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
  const exited = Promise.withResolvers<SandboxExit>();
  const killedBy: string[] = [];
  const sandbox = {
    ...{ control, exited: exited.promise, enforced: [] },
    kill: (by: string) => {
      killedBy.push(by);
      exited.resolve({
        why: { kind: 'killed', by },
        usage: { memoryKills: 0 },
        diagnostics: '',
      } as unknown as SandboxExit);
    },
  } as unknown as Sandbox;
  const line = new ProgramLine(sandbox, { maxBytes: 1000, onExceeded: () => undefined });
  const program = new Program({
    ...{ sandbox, line, isLasting: true, environment: null, notEnforced: [] },
    command: { argv: ['x'], env: {}, workingDirectory: '/' },
    limits: { cpuTimeMs: 60_000, cpus: 1, outputBytes: 1000 } as RunLimits,
    onEnded: () => Promise.resolve(),
  });
  control.push(packFrame('ready', 0, Buffer.from('1 3.11.2')));
  control.push(packFrame('ended', 0, Buffer.from('exited 0')));
  control.push(null);
  assert.deepEqual((await program.ended).outcome, { status: 'exited', code: 0 });
  assert.deepEqual(killedBy, ['its end']);
});
