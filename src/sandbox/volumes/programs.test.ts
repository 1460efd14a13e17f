import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { runScarce } from '../../../test/support/scarce.ts';
import { findMissing, runProgram } from './programs.ts';

describe('runProgram()', () => {
  it('tells how a program ended, what it printed and what it complained of', async () => {
    const result = await runProgram('sh', ['-c', 'echo out; echo err >&2; exit 3']);
    assert.deepEqual(result, { code: 3, output: 'out\n', said: 'err' });
  });

  it('tells one that a signal ended', async () => {
    assert.equal((await runProgram('sh', ['-c', 'kill -9 $$'])).code, -1);
  });

  it('tells one that is not there', async () => {
    const { code, said } = await runProgram('no-such-program', []);
    assert.equal(code, undefined);
    assert.match(said, /ENOENT/);
  });

  it('keeps only the end of what is said without end', async () => {
    const { said } = await runProgram('sh', ['-c', 'head -c 1000000 /dev/zero | tr "\\0" x >&2; echo end >&2']);
    assert.ok(said.length <= 16 * 1024);
    assert.ok(said.endsWith('xend'));
  });

  it('gives it nothing of our environment', async () => {
    process.env['BELLJAR_TEST_SECRET'] = 'x';
    assert.doesNotMatch((await runProgram('env', [])).output, /BELLJAR/);
  });
});

describe('runProgram() where no program can be started', () => {
  it('tells it as an end, and starts them again when it can', () => {
    const told = runScarce(`
      const { runProgram } = await import(${JSON.stringify(new URL('programs.ts', import.meta.url).href)});
      const free = exhaust();
      const refused = await runProgram('true', []);
      free();
      console.log(JSON.stringify([refused, await runProgram('true', [])]));`);
    assert.deepEqual(JSON.parse(told), [
      { output: '', said: 'spawn true EMFILE' },
      { code: 0, output: '', said: '' },
    ]);
  });
});

describe('runProgram() with a signal', () => {
  it('ends the program, and says that it was cancelled', async () => {
    const controller = new AbortController();
    const sleeping = runProgram('sleep', ['600'], controller.signal);
    controller.abort();
    await assert.rejects(sleeping, { code: 'CANCELLED' });
    await assert.rejects(runProgram('true', [], controller.signal), { code: 'CANCELLED' });
    assert.equal((await runProgram('true', [], new AbortController().signal)).code, 0);
  });
});

describe('findMissing()', () => {
  it('names the first that this machine lacks', async () => {
    assert.equal(await findMissing(['sh', 'no-such-program', 'another']), 'no-such-program');
    assert.equal(await findMissing(['sh', 'ls']), undefined);
  });
});
