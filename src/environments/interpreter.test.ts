import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';

import { needs, python } from '../../test/support/prerequisite.ts';
import { findInterpreter } from './interpreter.ts';

describe('findInterpreter()', needs(python), () => {
  const folder = mkdtempSync(join(tmpdir(), 'belljar-python-'));
  after(() => rmSync(folder, { recursive: true }));

  it('finds a CPython of this machine that is new enough', async () => {
    const { executable, version } = await findInterpreter();
    const ownWord = spawnSync(executable, ['-c', 'import platform; print(platform.python_version())'], {
      encoding: 'utf8',
    });
    assert.equal(ownWord.stdout.trim(), version);
    assert.match(version, /^3\.(9|\d\d)\./);
  });

  it('takes the one that is named, on the call before the environment', async () => {
    const { executable } = await findInterpreter();
    const env = { ...process.env, BELLJAR_PYTHON: '/no/such/python' };
    assert.equal((await findInterpreter({ named: executable, env })).executable, executable);
    await assert.rejects(findInterpreter({ env }), { code: 'PYTHON_NOT_FOUND', message: /\/no\/such\/python/ });
  });

  it('takes one by its version', async () => {
    const { executable, version } = await findInterpreter();
    const minor = version.split('.', 2).join('.');
    const env = { ...process.env, BELLJAR_PYTHON: executable };
    assert.equal((await findInterpreter({ named: minor, env })).version.startsWith(minor), true);
    await assert.rejects(findInterpreter({ named: '3.99' }), { code: 'PYTHON_NOT_FOUND', hint: /3\./ });
  });

  it('goes through a virtual environment to the interpreter it was made with', async () => {
    const { executable } = await findInterpreter();
    const venv = join(folder, 'venv');
    assert.equal(spawnSync(executable, ['-m', 'venv', '--without-pip', venv]).status, 0);
    const found = await findInterpreter({ named: join(venv, 'bin/python') });
    assert.equal(found.executable, executable);
    assert.ok(!JSON.stringify(found.parts).includes(venv), 'nothing of the virtual environment is shown');
  });

  it('hides the packages that lie beside the interpreter', async () => {
    const { executable, parts } = await findInterpreter();
    const script = 'import site; print("\\n".join(site.getsitepackages()))';
    const { stdout } = spawnSync(executable, ['-I', '-c', script], { encoding: 'utf8' });
    const hidden = parts.flatMap((part) => ('hide' in part ? [part.hide] : []));
    const shown = parts.flatMap((part) => ('hide' in part ? [] : [part.at]));
    assert.ok(shown.includes(executable));
    for (const path of stdout.trim().split('\n').filter(isFilled)) {
      const isShown = existsSync(path) && shown.some((part) => path.startsWith(`${part}/`));
      assert.ok(!isShown || hidden.includes(path), path);
    }
  });

  const impostors: readonly [string, string, RegExp][] = [
    ['another program', '#!/bin/sh\necho hello\n', /does not answer as a Python does/],
    ['one that fails', '#!/bin/sh\nexit 3\n', /does not answer as a Python does/],
    ['another implementation', answer({ implementation: 'pypy' }), /pypy is not CPython/],
    ['one that is too old', answer({ version: [3, 8, 1] }), /Python 3\.8\.1 is older than 3\.9/],
    ['one that answers something else', `#!/bin/sh\necho '{"version": "3"}'\n`, /does not answer as a Python does/],
  ];
  for (const [what, script, problem] of impostors) {
    it(`refuses ${what}, and says why`, async () => {
      const path = join(folder, 'impostor');
      writeFileSync(path, script);
      chmodSync(path, 0o755);
      await assert.rejects(findInterpreter({ named: path }), { code: 'PYTHON_NOT_FOUND', message: problem });
    });
  }

  it('can be cancelled', async () => {
    const path = join(folder, 'slow');
    writeFileSync(path, '#!/bin/sh\nexec sleep 60\n');
    chmodSync(path, 0o755);
    const controller = new AbortController();
    const search = findInterpreter({ named: path, signal: controller.signal });
    setImmediate(() => controller.abort());
    await assert.rejects(search, { code: 'CANCELLED' });
  });
});

function isFilled(path: string): boolean {
  try {
    return readdirSync(path).length > 0;
  } catch {
    return false;
  }
}

function answer(changes: object): string {
  const description = {
    implementation: 'cpython',
    version: [3, 11, 2],
    executable: '/x',
    prefix: '/x',
    library: [],
    sitePackages: [],
    release: 'final',
    tag: 'cpython-311',
    magic: 'a70d0d0a',
    abi: 'cpython-311',
    platform: 'linux',
    ...changes,
  };
  return `#!/bin/sh\necho '${JSON.stringify(description)}'\n`;
}
