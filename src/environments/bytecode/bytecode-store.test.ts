import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';

import { bubblewrap, needs, python as needsPython } from '../../../test/support/prerequisite.ts';
import { makeWheel } from '../../../test/support/wheels.ts';
import { findInterpreter } from '../interpreter.ts';
import type { PythonBuild } from '../pythons/index.ts';
import { removeTree } from '../shelf/remove-tree.ts';
import { type StoredWheel, WheelStore } from '../wheel-store/index.ts';
import { BytecodeStore } from './bytecode-store.ts';

const files = {
  'acme/__init__.py': 'from .sub.deep import answer\n',
  'acme/sub/deep.py': 'answer = 42\n\ndef fail():\n    raise ValueError("here")\n',
  'acme/old.py': 'print "two"\n',
  'acme/nul.py': 'x = 1\0\n',
  'acme/latin.py': Buffer.from('# -*- coding: latin-1 -*-\nname = "\xfc"\n', 'latin1'),
  'acme/nested.py': `x = ${'('.repeat(5000)}${')'.repeat(5000)}\n`,
  'acme/warns.py': 'x = "\\d"\n',
  'acme/data.txt': 'no module',
  'empty.py': '',
};

async function findPython(): Promise<PythonBuild> {
  const interpreter = await findInterpreter();
  const code = 'import sys; print(sys.implementation.cache_tag)';
  const tag = execFileSync(interpreter.executable, ['-I', '-c', code], { encoding: 'utf8' }).trim();
  return { ...interpreter, tag, build: 'ab'.repeat(16) };
}

describe('BytecodeStore', needs(bubblewrap, needsPython), () => {
  const base = mkdtempSync(join(tmpdir(), 'belljar-test-'));
  const folder = join(base, 'environments');
  const cacheFolder = join(base, 'cache');
  const wheels = new WheelStore({ folder, cacheFolder });
  const store = new BytecodeStore({ folder, cacheFolder });
  const python = findPython();
  after(() => removeTree(base));

  const storeWheel = async (name: string, contents: Record<string, string | Buffer>): Promise<StoredWheel> => {
    const { filename, bytes, sha256 } = makeWheel({ name, files: contents });
    const path = join(base, filename);
    writeFileSync(path, bytes);
    return wheels.ensure({ path, filename, sha256 });
  };

  it('compiles what can be compiled, lists what cannot, and seals it', async () => {
    const build = await python;
    const stored = await store.ensure(await storeWheel('acme', files), build);
    const modules = ['acme/__pycache__/__init__', 'acme/__pycache__/latin', 'acme/__pycache__/warns'];
    const expected = [...modules, '__pycache__/empty', 'acme/sub/__pycache__/deep'].map(
      (path) => `${path}.${build.tag}.pyc`,
    );
    assert.deepEqual(stored.files.map(({ path }) => path).toSorted(), expected.toSorted());
    assert.deepEqual(
      stored.failures.map(({ path }) => path),
      ['acme/nested.py', 'acme/nul.py', 'acme/old.py'],
    );
    assert.match(stored.failures[2]?.message ?? '', /line 1: Missing parentheses|line 1: invalid syntax/);
    for (const { path, sizeBytes } of stored.files) {
      const found = statSync(join(stored.folder, path));
      assert.deepEqual([found.mode & 0o7777, found.size], [0o444, sizeBytes]);
      assert.equal(readFileSync(join(stored.folder, path)).readUInt32LE(4), 1);
    }
    assert.deepEqual(await store.verify((await storeWheel('acme', files)).sha256, build.build), []);
    assert.deepEqual(readdirSync(join(folder, 'half')), []);
  });

  it('makes what Python imports in the place of the sources, and names them where they will be seen', async () => {
    const build = await python;
    const wheel = await storeWheel('acme', files);
    const { folder: compiled } = await store.ensure(wheel, build);
    const site = join(base, 'site');
    mkdirSync(site);
    cpSync(join(wheel.folder, 'site/acme'), join(site, 'acme'), { recursive: true });
    // As an ordinary user, too.
    execFileSync('chmod', ['-R', 'u+w', site]);
    cpSync(join(compiled, 'acme'), join(site, 'acme'), { recursive: true });
    // Python takes what was compiled, however the source reads by now.
    rmSync(join(site, 'acme/sub/deep.py'));
    writeFileSync(join(site, 'acme/sub/deep.py'), 'answer = "compiled anew"\n');
    const code = `
import sys; sys.path.insert(0, ${JSON.stringify(site)}); sys.dont_write_bytecode = True
import acme, marshal
print(acme.answer)
print(marshal.loads(open(acme.sub.deep.__cached__, "rb").read()[16:]).co_filename)`;
    const [answer, seenAt] = execFileSync(build.executable, ['-I', '-c', code], { encoding: 'utf8' }).split('\n');
    assert.equal(answer, '42');
    assert.match(seenAt ?? '', /^\/belljar\/environment\/lib\/python3\.\d+t?\/site-packages\/acme\/sub\/deep\.py$/);
  });

  it('compiles once for each build of Python', async () => {
    const build = await python;
    const wheel = await storeWheel('twice', { 'twice.py': 'x = {"a", "b", "c"}\n' });
    const [one, other] = await Promise.all([store.ensure(wheel, build), store.ensure(wheel, build)]);
    assert.equal(one, other);
    const again = await new BytecodeStore({ folder, cacheFolder }).find(wheel.sha256, build.build);
    assert.deepEqual(again, one);
    const second = await store.ensure(wheel, { ...build, build: 'cd'.repeat(16) });
    assert.notEqual(second.folder, one.folder);
    assert.deepEqual(second.files, one.files);
  });

  it('keeps nothing, and that, of a wheel without modules', async () => {
    const build = await python;
    const wheel = await storeWheel('bare', { 'bare/data.txt': 'x' });
    const stored = await store.ensure(wheel, build);
    assert.deepEqual([stored.files, stored.failures], [[], []]);
    assert.ok(await store.find(wheel.sha256, build.build));
  });

  it('ends a module that takes too long, and compiles the others', async () => {
    const build = await python;
    const wheel = await storeWheel('slow', { 'a.py': 'x = 1\n', 'b.py': 'y = 2\n' });
    const hurried = new BytecodeStore({ folder, cacheFolder, moduleTimeMs: 1 });
    // Not even the start is waited for: that is the compiler's fault, and nothing is kept.
    await assert.rejects(hurried.ensure(wheel, build), /does not start/);
    assert.deepEqual(readdirSync(join(folder, 'half')), []);
    assert.equal((await store.ensure(wheel, build)).files.length, 2);
  });
});
