import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { type Script, scriptedBackend } from '../../../test/support/scripted-backend.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { BelljarError, type ErrorCode } from '../../errors.ts';
import type { ExitReason } from '../../sandbox/index.ts';
import { compileModules } from './compile-modules.ts';

const python = { executable: '/python', version: '3.11.7', parts: [], tag: 'cpython-311', build: 'ab'.repeat(16) };
const names = ['a', 'b', 'c'];

function answer(status: number, bytes: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(status, 0);
  head.writeUInt32LE(bytes.length, 4);
  return Buffer.concat([head, bytes]);
}

/** As Python writes them, up to the code itself. */
function compiled(text: string, flags = 1): Buffer {
  const head = Buffer.from('a70d0d0a000000000000000000000000', 'hex');
  head.writeUInt32LE(flags, 4);
  return answer(1, Buffer.concat([head, Buffer.from(text)]));
}

const ready = answer(0, Buffer.from('cpython-311'));
const refused = (text: string): Buffer => answer(2, Buffer.from(text));
const died: ExitReason = { kind: 'signalled', signal: 11 };
const left: ExitReason = { kind: 'exited', code: 0 };

interface Outcome {
  readonly taken: readonly string[];
  readonly failed: readonly string[];
  readonly starts: number;
}

async function compile(context: TestContext, scripts: readonly Script[], signal?: AbortSignal): Promise<Outcome> {
  const folder = await temporaryFolder(context);
  const modules = names.map((name) => ({ path: `${name}.py`, compiledPath: `${name}.pyc`, sizeBytes: 1 }));
  for (const { path } of modules) writeFileSync(join(folder, path), '1');
  const { backend, starts } = scriptedBackend(scripts);
  const taken: string[] = [];
  const failed: string[] = [];
  await compileModules({
    ...{ modules, folder, python, backend, signal, moduleTimeMs: 20_000 },
    take: ({ path }, bytes) => taken.push(`${path} ${bytes.subarray(16).toString()}`),
    fail: ({ path }, message) => failed.push(`${path}: ${message}`),
  });
  return { taken, failed, starts: starts() };
}

function fails(code: ErrorCode): (error: unknown) => boolean {
  return (error) => error instanceof BelljarError && error.code === code;
}

describe('compileModules()', () => {
  it('takes what comes in the order in which it was asked for', async (context) => {
    const says = [ready, compiled('A'), refused('line 1: invalid syntax'), compiled('C')];
    const { taken, failed, starts } = await compile(context, [{ says, ends: left }]);
    assert.deepEqual(taken, ['a.py A', 'c.py C']);
    assert.deepEqual(failed, ['b.py: line 1: invalid syntax']);
    assert.equal(starts, 1);
  });

  it('goes on behind a module that ends the compiler, and tells how', async (context) => {
    const ends: readonly [ExitReason, RegExp][] = [
      [died, /the compiler fails over it/],
      [{ kind: 'memory', limitBytes: 1 }, /more memory than is let in/],
      [{ kind: 'output', limitBytes: 1 }, /compiled to more than is let in/],
    ];
    for (const [end, message] of ends) {
      const scripts = [
        { says: [ready, compiled('A')], ends: end },
        { says: [ready, compiled('C')], ends: left },
      ];
      const { taken, failed, starts } = await compile(context, scripts);
      assert.deepEqual(taken, ['a.py A', 'c.py C']);
      assert.equal(failed.length, 1);
      assert.match(failed[0] ?? '', message);
      assert.equal(starts, 2);
    }
  });

  const lies: readonly [string, readonly Buffer[]][] = [
    ['no compiled module', [answer(1, Buffer.from('nonsense'))]],
    ['one whose source would be looked at', [compiled('A', 3)]],
    ['one that goes by the time of its source', [compiled('A', 0)]],
    ['a second start', [ready, compiled('A')]],
    ['no answer', [Buffer.from('nonsense that is long enough')]],
  ];
  for (const [what, says] of lies) {
    it(`believes no compiler that gives ${what}`, async (context) => {
      const liar = { says: [ready, ...says] };
      const honest = { says: [ready, compiled('B'), compiled('C')], ends: left };
      const { taken, failed } = await compile(context, [liar, honest]);
      assert.deepEqual(taken, ['b.py B', 'c.py C']);
      assert.deepEqual(failed, ['a.py: the compiler fails over it']);
    });
  }

  it('takes nothing beyond the last module', async (context) => {
    const says = [ready, compiled('A'), compiled('B'), compiled('C'), compiled('D'), refused('E')];
    const { taken, failed } = await compile(context, [{ says }]);
    assert.deepEqual(taken, ['a.py A', 'b.py B', 'c.py C']);
    assert.deepEqual(failed, []);
  });

  it('does not blame the modules where the compiler does not start, or is another', async (context) => {
    for (const says of [[], [compiled('A')], [answer(0, Buffer.from('cpython-312')), compiled('A')]]) {
      await assert.rejects(compile(context, [{ says, ends: died }]), fails('SANDBOX_LAUNCH_FAILED'));
    }
  });

  it('gives a line to read of what a module makes a compiler say', async (context) => {
    const says = [ready, refused('\u001b[31mred\nline\u202e'), refused(''), refused('x'.repeat(4000))];
    const { failed } = await compile(context, [{ says, ends: left }]);
    assert.equal(failed[0], 'a.py: [31mred line');
    assert.equal(failed[1], 'b.py: it cannot be compiled');
    assert.equal(failed[2]?.length, 'c.py: '.length + 300);
  });

  it('ends when the caller gives up', async (context) => {
    const scripts = [{ says: [ready] }];
    const controller = new AbortController();
    const compiling = compile(context, scripts, controller.signal);
    setImmediate(() => controller.abort());
    await assert.rejects(compiling, fails('CANCELLED'));
  });
});
