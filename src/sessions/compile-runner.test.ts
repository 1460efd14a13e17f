import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
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
    const kept = listBelow(made);
    const compiled = kept.filter((name) => name.endsWith('.pyc'));
    const sources = kept.filter((name) => name.endsWith('.py'));
    assert.deepEqual(
      sources,
      listBelow(runnerSource).filter((name) => name.endsWith('.py')),
    );
    assert.deepEqual(compiled.map(sourceOf).sort(), sources);
    for (const name of [...compiled, ...sources]) assert.equal(statSync(join(made, name)).mode & 0o777, 0o644, name);
    for (const name of ['.', 'belljar_cells']) assert.equal(statSync(join(made, name)).mode & 0o777, 0o755, name);
  });

  it('keeps beside it the names by which its Python is called', async () => {
    const interpreter = await findInterpreter();
    const made = await compileRunner(interpreter, join(folder, 'a'));
    const ask = ['-I', '-c', 'import json; print(__import__("platform").python_version())'];
    for (const name of ['python', 'python3']) {
      const told = execFileSync(join(made, 'bin', name), ask, { encoding: 'utf8' });
      assert.equal(told.trim(), interpreter.version);
    }
  });

  it('says in the bytecode of packages too where they are seen inside', async () => {
    const interpreter = await findInterpreter();
    const made = await compileRunner(interpreter, join(folder, 'a'));
    const compiled = listBelow(made).find((name) => /belljar_cells\/__pycache__\/host\..*pyc$/.test(name));
    const program = 'import marshal, sys; print(marshal.loads(open(sys.argv[1], "rb").read()[16:]).co_filename)';
    const args = ['-I', '-c', program, join(made, compiled ?? '')];
    const told = execFileSync(interpreter.executable, args, { encoding: 'utf8' });
    assert.equal(told.trim(), '/belljar/runner/belljar_cells/host.py');
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

function listBelow(folder: string): string[] {
  return (readdirSync(folder, { recursive: true }) as string[]).sort();
}

function sourceOf(compiled: string): string {
  return compiled.replace('__pycache__/', '').replace(/\.cpython-\d+\.pyc$/, '.py');
}
