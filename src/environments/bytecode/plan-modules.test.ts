import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { StoredFile } from '../wheel-store/index.ts';
import { planModules } from './plan-modules.ts';

function files(...paths: readonly string[]): StoredFile[] {
  return paths.map((path) => ({
    ...{ scheme: 'site', path, sha256: '', sizeBytes: 1, isExecutable: false, isPythonScript: false },
  }));
}

describe('planModules()', () => {
  it('names what modules are compiled to as Python does', () => {
    const { modules, failures } = planModules(files('a.py', 'b/c.d.py', 'b/größe.py', 'b/x\ny.py'), 'cpython-311');
    assert.deepEqual(
      modules.map(({ compiledPath }) => compiledPath),
      [
        '__pycache__/a.cpython-311.pyc',
        'b/__pycache__/c.d.cpython-311.pyc',
        'b/__pycache__/größe.cpython-311.pyc',
        'b/__pycache__/x\ny.cpython-311.pyc',
      ],
    );
    assert.deepEqual(failures, []);
  });

  it('leaves out what is no module of the packages', () => {
    const scripts = files('tool.py').map((file) => ({ ...file, scheme: 'scripts' as const }));
    const others = files('a.pyc', 'a.pyi', 'a.PY', '.py', 'b/.py', 'py');
    assert.deepEqual(planModules([...scripts, ...others], 'cpython-311'), { modules: [], failures: [] });
  });

  it('tells which modules nothing can be kept of', () => {
    const long = `${'a'.repeat(245)}.py`;
    const [large] = files('large.py');
    assert.ok(large);
    const all = [...files(long, 'b/__pycache__', 'b/c.py'), { ...large, sizeBytes: 2 ** 30 }];
    const { modules, failures } = planModules(all, 'cpython-311');
    assert.deepEqual(modules, []);
    assert.deepEqual(
      failures.map(({ path, message }) => [path, message]),
      [
        [long, 'its name is too long for one with a tag'],
        ['b/c.py', 'a file lies where the folder of compiled modules would be'],
        ['large.py', 'it is too large'],
      ],
    );
  });

  it('takes no tag that would lead elsewhere', () => {
    assert.throws(() => planModules([], '../x'), /no tag/);
  });
});
