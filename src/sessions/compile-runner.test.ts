import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';

import { findInterpreter } from '../environments/index.ts';
import { compileRunner, runnerSource } from './compile-runner.ts';

describe('compileRunner()', () => {
  const folder = mkdtempSync(join(tmpdir(), 'belljar-runner-'));
  after(() => rmSync(folder, { recursive: true }));

  it('keeps the runner with bytecode that others may read and nobody but the owner may write', async () => {
    const made = await compileRunner(await findInterpreter(), join(folder, 'a'));
    const compiled = readdirSync(join(made, '__pycache__'));
    const sources = readdirSync(runnerSource).filter((name) => name.endsWith('.py'));
    assert.equal(compiled.length, sources.length);
    for (const name of [...compiled.map((file) => join('__pycache__', file)), ...sources]) {
      assert.equal(statSync(join(made, name)).mode & 0o777, 0o644, name);
    }
    assert.equal(statSync(made).mode & 0o777, 0o755);
  });

  it('makes it once, and once for two that ask at the same time', async () => {
    const interpreter = await findInterpreter();
    const cache = join(folder, 'b');
    const [first, second] = await Promise.all([compileRunner(interpreter, cache), compileRunner(interpreter, cache)]);
    assert.equal(first, second);
    const { ino } = statSync(first);
    assert.equal(await compileRunner(interpreter, cache), first);
    assert.equal(statSync(first).ino, ino);
    assert.deepEqual(readdirSync(cache), [first.slice(cache.length + 1)]);
  });

  it('keeps another one for another Python', async () => {
    const interpreter = await findInterpreter();
    const cache = join(folder, 'c');
    const made = await compileRunner(interpreter, cache);
    assert.notEqual(await compileRunner({ ...interpreter, version: '3.99.0' }, cache), made);
  });

  it('falls back to the source where it cannot be compiled, and leaves nothing half-made', async () => {
    const interpreter = await findInterpreter();
    writeFileSync(join(folder, 'file'), '');
    await assert.rejects(compileRunner(interpreter, join(folder, 'file')), { code: 'HOME_UNUSABLE' });
    const cache = join(folder, 'd');
    assert.equal(await compileRunner({ ...interpreter, executable: '/bin/false' }, cache), runnerSource);
    assert.ok(!existsSync(cache) || readdirSync(cache).length === 0);
  });
});
