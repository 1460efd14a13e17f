import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { judgeLanding } from './judge-landing.ts';
import { landingOf } from './landing.ts';
import { findProgramProblem } from './program-name.ts';
import { findShadowedNames } from './shadowed-names.ts';
import { findStartupFiles } from './startup-files.ts';

const data = 'acme-1.0.data';

const distInfo = 'acme-1.0.dist-info';

function rulesOf(...paths: readonly string[]): string[] {
  return judgeLanding({ paths, distInfo, project: 'acme' }).map(({ rule }) => rule);
}

describe('landingOf()', () => {
  it('tells where a file comes to lie', () => {
    assert.deepEqual(landingOf('acme/a.py'), { scheme: 'packages', path: 'acme/a.py' });
    assert.deepEqual(landingOf(`${data}/platlib/acme/a.so`), { scheme: 'packages', path: 'acme/a.so' });
    assert.deepEqual(landingOf(`${data}/data/share/x`), { scheme: 'data', path: 'share/x' });
    assert.deepEqual(landingOf(`acme/${data}/scripts/x`), { scheme: 'packages', path: `acme/${data}/scripts/x` });
    for (const path of [data, `${data}/x`, `${data}/constructor/x`, `${data}/purelib`]) {
      assert.equal(landingOf(path), undefined, path);
    }
  });
});

describe('judgeLanding()', () => {
  it('takes what lies where it belongs', () => {
    const paths = ['acme/a.py', 'acme-1.0.dist-info/METADATA', `${data}/scripts/acme`, `${data}/data/share/acme/x`];
    assert.deepEqual(rulesOf(...paths, `${data}/headers/acme.h`, `${data}/data/lib/libacme.so`), []);
  });

  it('refuses what lies where others are', () => {
    assert.deepEqual(rulesOf('x-1.data/purelib/x.py'), ['wheel.folder']);
    assert.deepEqual(rulesOf('acme/a.py', `${data}/platlib/acme/A.py`), ['wheel.target']);
    assert.deepEqual(rulesOf('x.dist-info/METADATA'), ['wheel.target']);
    assert.deepEqual(rulesOf('x.egg-info'), ['wheel.target']);
    for (const path of ['lib/python3.12/os.py', 'lib64/python3.9/site-packages/x.py', 'Lib/site-packages/x.py']) {
      assert.deepEqual(rulesOf(`${data}/data/${path}`), ['wheel.target'], path);
    }
    assert.deepEqual(rulesOf(`${data}/data/PyVenv.cfg`, `${data}/scripts/sub/x`), ['wheel.target', 'wheel.target']);
    assert.deepEqual(rulesOf(`${data}/scripts/python`, `${data}/data/bin/bash`), ['wheel.script', 'wheel.script']);
  });
});

describe('judgeLanding() at the root of the environment', () => {
  it('refuses what pip, conda and Python take for their settings', () => {
    const settings = ['pip.conf', 'PIP.INI', '.condarc', 'condarc', 'conda-meta/history', 'python313._pth', 'uv.toml'];
    const python = ['lib/python313.zip', 'lib/libpython3.13.so.1.0', 'lib64/python3.13/os.py'];
    for (const path of [...settings, ...python])
      assert.deepEqual(rulesOf(`${data}/data/${path}`), ['wheel.target'], path);
  });

  it('takes papers, and what lies in folders', () => {
    const papers = [
      'README.md',
      'LICENSE',
      'LICENSE.txt',
      'requirements.txt',
      'etc/acme/pip.conf',
      'lib/acme/pythons.py',
      'lib/python_acme.so',
    ];
    assert.deepEqual(rulesOf(...papers.map((path) => `${data}/data/${path}`)), []);
  });
});

describe('judgeLanding() with programs and folders', () => {
  it('refuses two programs in one place', () => {
    assert.deepEqual(rulesOf(`${data}/data/bin/tool`, `${data}/scripts/tool`), ['wheel.target']);
    assert.deepEqual(rulesOf(`${data}/data/bin/tool`, `${data}/scripts/tool2`, `${data}/data/sbin/tool`), []);
  });

  it('refuses folders of other distributions, though nothing lies in them', () => {
    const judge = (folder: string): string[] =>
      judgeLanding({ paths: [], folders: [folder], distInfo, project: 'acme' }).map(({ rule }) => rule);
    for (const path of ['numpy-99.0.egg-info', `${data}/purelib/numpy-99.0.dist-info`, 'numpy.egg/x']) {
      assert.deepEqual(judge(path), ['wheel.target'], path);
    }
    for (const path of ['acme', distInfo, `${distInfo}/licenses`, data, `${data}/data`, `${data}/data/share`]) {
      assert.deepEqual(judge(path), [], path);
    }
  });
});

describe('findProgramProblem()', () => {
  it('keeps the names that people count on', () => {
    const names = ['python', 'python3.12', 'Python.exe', 'pip3', 'sh', 'ls', 'sudo', 'activate', 'activate.csh', 'git'];
    for (const name of names) assert.match(findProgramProblem(name, 'acme') ?? '', /people count on/, name);
  });

  it('keeps those of whoever installs, signs or becomes somebody else', () => {
    const names = 'apt docker gpg openssl ssh-keygen sha512sum doas pkexec python3.13d python3.13t-config pypy3.10';
    for (const name of [...names.split(' '), 'pip-3.13', 'pipx', 'conda']) {
      assert.match(findProgramProblem(name, 'acme') ?? '', /people count on/, name);
    }
    assert.equal(findProgramProblem('pipx', 'pipx'), undefined);
    assert.equal(findProgramProblem('pip-3.13', 'pip'), undefined);
    for (const name of ['docker-acme', 'pipx2', 'pythonic', 'pip-audit']) {
      assert.equal(findProgramProblem(name, 'acme'), undefined, name);
    }
  });

  it('lets those have them whose names they are, and only their own', () => {
    assert.equal(findProgramProblem('pip3.12', 'pip'), undefined);
    assert.equal(findProgramProblem('uv', 'uv'), undefined);
    assert.match(findProgramProblem('uv', 'pip') ?? '', /count on/);
    assert.match(findProgramProblem('python', 'python') ?? '', /count on/);
  });

  it('refuses what is no name, and takes the rest', () => {
    for (const name of ['', '-rf', '.hidden', 'a b', 'a/b', '..', 'a\n', '$(x)', 'a'.repeat(101)]) {
      assert.match(findProgramProblem(name, 'acme') ?? '', /no name/, JSON.stringify(name));
    }
    for (const name of ['acme', 'py.test', 'vba_extract.py', 'f2py', 'coverage-3.12', '2to4', 'pythonize']) {
      assert.equal(findProgramProblem(name, 'acme'), undefined, name);
    }
  });
});

describe('findStartupFiles()', () => {
  it('finds what runs at every start, and bytecode that was shipped', () => {
    const found = ['a.pth', 'sitecustomize.py', 'usercustomize/__init__.py', 'x.egg-link', `${data}/purelib/b.pth`];
    const bytecode = ['acme/__pycache__/a.cpython-312.pyc', 'acme/b.pyc'];
    const harmless = ['acme/a.pth', 'acme/sitecustomize.py', 'sitecustomized.py', `${data}/data/share/c.pth`];
    assert.deepEqual(findStartupFiles([...found, ...bytecode, ...harmless], 'acme'), [...found, ...bytecode]);
  });
});

describe('findStartupFiles() beside the packages', () => {
  it('finds what IPython, Jupyter and conda run when they start', () => {
    const settings = [
      'etc/ipython/ipython_config.py',
      'etc/jupyter/jupyter_server_config.py',
      'etc/conda/activate.d/a.sh',
    ];
    const found = [...settings, 'share/jupyter/kernels/python3/kernel.json'].map((path) => `${data}/data/${path}`);
    const harmless = ['etc/jupyter/nbconfig/notebook.d/acme.json', 'share/jupyter/kernels/acme/kernel.json'];
    const all = [...found, ...harmless.map((path) => `${data}/data/${path}`)];
    assert.deepEqual(findStartupFiles(all, 'acme'), found);
    assert.deepEqual(findStartupFiles(all, 'ipykernel'), found.slice(0, 3));
  });
});

describe('findShadowedNames()', () => {
  it('finds modules of Python and of well-known projects that are not the wheel’s own', () => {
    assert.deepEqual(findShadowedNames(['acme', 'requests', 'json', 'google.cloud'], 'acme'), ['requests', 'json']);
    assert.deepEqual(findShadowedNames(['requests.sessions', 'json.x', 'acme.requests'], 'acme'), [
      'requests.sessions',
    ]);
    assert.deepEqual(findShadowedNames(['requests.sessions'], 'requests'), []);
    assert.deepEqual(findShadowedNames(['requests', 'charset_normalizer'], 'requests'), ['charset_normalizer']);
    assert.deepEqual(findShadowedNames(['charset_normalizer'], 'charset-normalizer'), []);
  });
});
