import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import type { StoredFile, StoredWheel } from '../wheel-store/index.ts';
import { sha256Of } from './installed-record.ts';
import { type PlacedWheel, planEnvironment } from './plan-environment.ts';
import type { TreeEntry } from './tree-plan.ts';

const python = { executable: '/opt/python/bin/python3.11', version: '3.11.7' };
const site = 'lib/python3.11/site-packages';

interface Brought {
  readonly path: string;
  readonly content?: string;
  readonly scheme?: StoredFile['scheme'];
  readonly isExecutable?: boolean;
}

/** A stored wheel of a few files; only its scripts are really there. */
function wheelOf(name: string, brought: readonly Brought[], more: Partial<StoredWheel> = {}): StoredWheel {
  const files = brought.map(({ path, content = '', scheme = 'site', isExecutable = false }): StoredFile => {
    const sha256 = sha256Of(Buffer.from(content));
    const isPythonScript = scheme === 'scripts' && content.startsWith('#!python');
    return { scheme, path, sha256, sizeBytes: content.length, isExecutable, isPythonScript };
  });
  const basics = {
    sha256: sha256Of(Buffer.from(name)),
    filename: `${name}-1.0-py3-none-any.whl`,
    folder: `/store/${name}`,
  };
  const info = { name, version: '1.0', distInfo: `${name}-1.0.dist-info` };
  return { ...basics, ...info, files, entryPoints: [], installedBytes: 0, ...more };
}

const place = (wheel: StoredWheel, more: Partial<PlacedWheel> = {}): PlacedWheel => {
  return { wheel, bytecode: undefined, isRequested: false, ...more };
};

async function plan(...wheels: readonly PlacedWheel[]): Promise<Map<string, TreeEntry>> {
  return new Map((await planEnvironment({ wheels, python })).entries);
}

function textOf(entry: TreeEntry | undefined): string {
  assert.equal(entry?.kind, 'written');
  return entry.content.toString();
}

describe('planEnvironment()', () => {
  it('makes a virtual environment of nothing', async () => {
    const entries = await plan();
    assert.deepEqual([...entries.keys()], ['bin/python', 'bin/python3', 'bin/python3.11', 'lib64', 'pyvenv.cfg']);
    assert.deepEqual(entries.get('bin/python'), { kind: 'pointer', target: '/opt/python/bin/python3.11' });
    assert.equal(
      textOf(entries.get('pyvenv.cfg')),
      'home = /opt/python/bin\ninclude-system-site-packages = false\nversion = 3.11.7\n',
    );
  });

  it('puts each scheme where installers do', async () => {
    const wheel = wheelOf('acme', [
      { path: 'acme/__init__.py' },
      { path: 'acme.h', scheme: 'headers' },
      { path: 'share/acme/words', scheme: 'data' },
      { path: 'lib64/acme/data', scheme: 'data' },
      { path: 'run', scheme: 'scripts', isExecutable: true },
    ]);
    const entries = await plan(place(wheel));
    const stored = [...entries].filter(([, { kind }]) => kind === 'stored').map(([path]) => path);
    assert.deepEqual(stored, [
      `${site}/acme/__init__.py`,
      'include/site/python3.11/acme/acme.h',
      'share/acme/words',
      'lib/acme/data',
      'bin/run',
    ]);
    assert.equal((entries.get('bin/run') as { from: string }).from, '/store/acme/scripts/run');
  });

  it('says who installed all of it', async () => {
    const entries = await plan(place(wheelOf('acme', [])), place(wheelOf('dep', [])));
    assert.equal(textOf(entries.get(`${site}/acme-1.0.dist-info/INSTALLER`)), 'belljar\n');
    assert.equal(textOf(entries.get(`${site}/dep-1.0.dist-info/INSTALLER`)), 'belljar\n');
  });

  it('plans the same whatever was asked for by name', async () => {
    const [asked, needed] = await Promise.all(
      [true, false].map((isRequested) => plan(place(wheelOf('acme', [{ path: 'acme.py' }]), { isRequested }))),
    );
    assert.deepEqual(asked, needed);
    assert.ok(!asked?.has(`${site}/acme-1.0.dist-info/REQUESTED`));
  });

  it('brings nothing of what a wheel says in an installer’s name', async () => {
    const names = ['INSTALLER', 'REQUESTED', 'direct_url.json'];
    const files = names.flatMap((name) => [`acme-1.0.dist-info/${name}`, `acme/${name}`]);
    const entries = await plan(
      place(
        wheelOf(
          'acme',
          files.map((path) => ({ path, content: 'lie' })),
        ),
      ),
    );
    assert.equal(textOf(entries.get(`${site}/acme-1.0.dist-info/INSTALLER`)), 'belljar\n');
    assert.ok(!entries.has(`${site}/acme-1.0.dist-info/REQUESTED`));
    assert.ok(!entries.has(`${site}/acme-1.0.dist-info/direct_url.json`));
    for (const name of names) assert.equal(entries.get(`${site}/acme/${name}`)?.kind, 'stored');
  });

  it('writes a program for each entry point, in the place of a script of that name', async () => {
    const point = { group: 'console_scripts', name: 'acme', module: 'acme.cli', attribute: 'main' } as const;
    const old = [{ path: 'acme', content: 'old', scheme: 'scripts', isExecutable: true }] as const;
    const gui = { ...point, group: 'gui_scripts', name: 'acme window' } as const;
    const entries = await plan(place(wheelOf('acme', old, { entryPoints: [point, gui] })));
    assert.match(textOf(entries.get('bin/acme')), /from acme\.cli import main/);
    assert.match(textOf(entries.get('bin/acme window')), /from acme\.cli import main/);
    assert.match(
      textOf(entries.get(`${site}/acme-1.0.dist-info/RECORD`)),
      /^\.\.\/\.\.\/\.\.\/bin\/acme window,sha256=/m,
    );
  });

  for (const [part, value] of Object.entries({ module: 'os;x', attribute: 'main()', name: '../acme' })) {
    it(`makes no program of an entry point whose ${part} is ${value}`, async () => {
      const point = { group: 'console_scripts', name: 'acme', module: 'acme', attribute: 'main' } as const;
      const wheel = wheelOf('acme', [], { entryPoints: [{ ...point, [part]: value }] });
      await assert.rejects(plan(place(wheel)), { code: 'INTERNAL' });
    });
  }

  it('rewrites scripts that ask for any Python, and makes every script a program', async (context) => {
    const folder = await temporaryFolder(context);
    const scripts = { any: '#!python\nprint(1)\n', shell: '#!/bin/sh\n' };
    const files = Object.entries(scripts).map(([path, content]) => ({ path, content, scheme: 'scripts' as const }));
    for (const { path, content } of files) {
      mkdirSync(join(folder, 'scripts'), { recursive: true });
      writeFileSync(join(folder, 'scripts', path), content);
    }
    const entries = await plan(place(wheelOf('acme', files, { folder })));
    assert.equal(textOf(entries.get('bin/any')), '#!/belljar/environment/bin/python\nprint(1)\n');
    assert.equal(textOf(entries.get('bin/shell')), scripts.shell);
    for (const path of ['bin/any', 'bin/shell']) {
      assert.ok((entries.get(path) as { isExecutable: boolean }).isExecutable);
    }
  });

  it('lists bytecode in RECORD without a digest, and takes it for what a wheel brought compiled', async () => {
    const compiled = 'acme/__pycache__/a.cpython-311.pyc';
    const wheel = wheelOf('acme', [{ path: 'acme/a.py' }, { path: compiled, content: 'stale' }]);
    const bytecode = {
      folder: '/bytecode',
      files: [{ path: compiled, sizeBytes: 7, sha256: sha256Of(Buffer.alloc(0)) }],
      failures: [],
    };
    const entries = await plan(place(wheel, { bytecode }));
    assert.equal((entries.get(`${site}/${compiled}`) as { from: string }).from, `/bytecode/${compiled}`);
    const record = textOf(entries.get(`${site}/acme-1.0.dist-info/RECORD`));
    assert.deepEqual(record.match(/.*pyc.*/g), [`${compiled},,`]);
  });

  it('takes nothing but bytecode for bytecode', async () => {
    const bytecode = {
      folder: '/bytecode',
      files: [{ path: 'acme/a.py', sizeBytes: 7, sha256: sha256Of(Buffer.alloc(0)) }],
      failures: [],
    };
    await assert.rejects(plan(place(wheelOf('acme', []), { bytecode })), { code: 'INTERNAL' });
  });

  it('lets wheels share folders and equal files, and lists them in the RECORD of each', async () => {
    const shared = { path: 'space/__init__.py', content: '' };
    const one = wheelOf('one', [shared, { path: 'space/one.py' }]);
    const two = wheelOf('two', [shared, { path: 'space/two.py' }]);
    const entries = await plan(place(one), place(two));
    for (const name of ['one', 'two']) {
      assert.match(textOf(entries.get(`${site}/${name}-1.0.dist-info/RECORD`)), /^space\/__init__\.py,sha256=/m);
    }
  });

  it('refuses wheels that bring one path for different files, and names both', async () => {
    const one = wheelOf('one', [{ path: 'cv/__init__.py', content: 'a' }]);
    const two = wheelOf('two', [{ path: 'cv/__init__.py', content: 'b' }]);
    await assert.rejects(plan(place(one), place(two)), {
      code: 'PACKAGES_COLLIDE',
      message: `one 1.0 and two 1.0 both bring ${site}/cv/__init__.py, and not the same`,
    });
  });

  const taken: readonly Brought[] = [
    { path: 'python', scheme: 'scripts', isExecutable: true },
    { path: 'python3.11', scheme: 'scripts', isExecutable: true },
    { path: 'pyvenv.cfg', scheme: 'data' },
    { path: 'bin/python3', scheme: 'data' },
    { path: 'lib64', scheme: 'data' },
    { path: '.belljar/environment.json', scheme: 'data' },
  ];
  for (const brought of taken) {
    it(`lets no wheel bring ${brought.path} as one of its ${brought.scheme}`, async () => {
      const collision = { code: 'PACKAGES_COLLIDE', message: /^the environment itself and acme 1\.0 / };
      await assert.rejects(plan(place(wheelOf('acme', [brought]))), collision);
    });
  }

  it('lets a wheel bring programs that only look like the interpreter', async () => {
    const names = ['pip', 'python-config', 'python4'];
    const files = names.map((path) => ({ path, scheme: 'scripts' as const, isExecutable: true }));
    const entries = await plan(place(wheelOf('acme', files)));
    for (const name of names) assert.equal(entries.get(`bin/${name}`)?.kind, 'stored');
  });

  it('can be cancelled', async () => {
    const options = { wheels: [place(wheelOf('acme', []))], python, signal: AbortSignal.abort() };
    await assert.rejects(planEnvironment(options), { code: 'CANCELLED' });
  });
});
