import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { before, describe, it, type TestContext } from 'node:test';

import { unpackUv, uvWheel } from '../../../test/packages/uv.ts';
import { needs, python as pythonIsThere } from '../../../test/support/prerequisite.ts';
import { readRealWheels, realWheels } from '../../../test/support/real-wheels.ts';
import { temporaryTree } from '../../../test/support/temporary-tree.ts';
import { compileUnpacked, findTestPython, unpackWheel } from '../../../test/support/unpacked-wheels.ts';
import { installByUv } from '../../../test/support/uv-installation.ts';
import { makeWheel, type BuiltFile, type WheelDescription } from '../../../test/support/wheels.ts';
import type { PythonBuild } from '../pythons/index.ts';
import { assemble } from './assemble.ts';
import { isBytecode } from './installed-record.ts';
import { listTree } from './list-tree.ts';

/** Where ours and uv's are not the same, and why that is meant to be so. */
const differences: readonly { readonly path: RegExp; readonly only?: 'uv' | 'ours'; readonly why: string }[] = [
  { path: /^\.lock$/, only: 'uv', why: 'uv locks what it writes to; ours is never written to' },
  { path: /\/uv_cache\.json$/, only: 'uv', why: 'uv’s note to itself on a wheel that came from a folder' },
  { path: /^\.(?:gitignore)$|^CACHEDIR\.TAG$/, only: 'uv', why: 'nobody commits or backs up a sealed environment' },
  { path: /^bin\/(?:activate|deactivate|pydoc)/, only: 'uv', why: 'no shell is opened in a sealed environment' },
  { path: /^\.belljar\//, only: 'ours', why: 'what an environment says of itself' },
  { path: /^pyvenv\.cfg$/, why: 'uv names itself in it' },
  { path: /\.dist-info\/INSTALLER$/, why: 'each names itself' },
  { path: /\.dist-info\/REQUESTED$/, only: 'uv', why: 'one environment is for many, who do not ask for the same' },
];

/** Everything that wheels can bring, and what shares a path. */
const made: readonly WheelDescription[] = [
  {
    name: 'acme-app',
    files: {
      'acme_app/__init__.py': 'class Window:\n  def open(self): pass\n\ndef main():\n  """Say so."""\n  print("x")\n',
      'acme_app/empty': '',
      'acme_app/naïve/ünï.txt': 'x',
      'acme_app/with,comma and space.txt': 'x',
      'acme_app/say"so".txt': 'x',
      'acme_app/tool.sh': '#!/bin/sh\n',
      'acme_app-1.0.data/purelib/acme_pure.py': 'x = 1\n',
      'acme_app-1.0.data/platlib/acme_native.py': 'x = 1\n',
      'acme_app-1.0.data/headers/acme/acme.h': '/* acme */\n',
      'acme_app-1.0.data/data/share/acme/words': 'words\n',
      'acme_app-1.0.data/data/etc/acme.conf': '',
      'acme_app-1.0.data/scripts/acme-any': '#!python\nprint(1)\n',
      'acme_app-1.0.data/scripts/acme-options': '#!python -E -s\r\nprint(1)\r\n',
      'acme_app-1.0.data/scripts/acme-shell': '#!/bin/sh\necho\n',
      'acme_app-1.0.data/scripts/acme-closed': '#!/bin/sh\necho\n',
    },
    change: (entries) =>
      entries.map((one) => (/tool\.sh|acme-shell/.test(one.path) ? { ...one, mode: 0o100755 } : one)),
    entryPoints: `[console_scripts]
acme = acme_app:main
acme-more = acme_app:main [more]

[gui_scripts]
acme-window = acme_app:Window.open

[acme.plugins]
one = acme_app:main
`,
  },
  { name: 'space-one', files: { 'space/one.py': 'x = 1\n', 'space/deep/one.py': '', 'space/shared.txt': 'same' } },
  { name: 'space-two', files: { 'space/two.py': 'x = 1\n', 'space/deep/two.py': '', 'space/shared.txt': 'same' } },
];

/** Compares what bytecode does, whatever path it was compiled for and however its age is told. */
const compareProgram = `
import json, marshal, sys, types
def meaning(value):
    if isinstance(value, types.CodeType):
        names = ("co_code", "co_names", "co_varnames", "co_freevars", "co_cellvars", "co_flags", "co_argcount", "co_name", "co_firstlineno")
        return [getattr(value, name) for name in names] + [meaning(one) for one in value.co_consts]
    return [type(value).__name__, repr(value) if not isinstance(value, frozenset) else sorted(map(repr, value))]
def read(path):
    with open(path, "rb") as file:
        return meaning(marshal.loads(file.read()[16:]))
pairs = json.load(sys.stdin)
print(json.dumps([one for one, other in pairs if read(one) != read(other)]))
`;

type Wheel = Pick<BuiltFile, 'filename' | 'bytes' | 'sha256'>;

describe('assemble() beside `uv pip sync`', needs(pythonIsThere, uvWheel), () => {
  let python: PythonBuild;
  before(async () => {
    python = await findTestPython();
  });

  /** The same wheels by both: where each lies, and all paths of each. */
  async function makeBoth(context: TestContext, wheels: readonly Wheel[]): Promise<[Tree, Tree]> {
    const base = await temporaryTree(context);
    const uv = join(await unpackUv(join(base, 'uv')), 'uv');
    const byUv = installByUv({ uv, python: python.executable, base, wheels });
    const folder = join(base, 'ours');
    mkdirSync(folder);
    const placed = wheels.map((file) => {
      const wheel = unpackWheel(join(base, 'store'), file, python.executable);
      return { wheel, bytecode: compileUnpacked(wheel, python), isRequested: true };
    });
    await assemble({ wheels: placed, python, folder });
    return [await readTree(folder), await readTree(byUv)];
  }

  async function assertAlike(context: TestContext, wheels: readonly Wheel[]): Promise<void> {
    const [ours, uvs] = await makeBoth(context, wheels);
    const paths = [...new Set([...ours.paths, ...uvs.paths])].filter((path) => !isMeant(path, ours, uvs));
    assert.ok(paths.length > 20);
    for (const path of paths) {
      assert.ok(ours.paths.has(path), `${path}: uv alone has it`);
      assert.ok(uvs.paths.has(path), `${path}: uv has it not`);
      if (!isBytecode(path)) assert.deepEqual(describeFile(ours, path), describeFile(uvs, path), path);
    }
    const compiled = paths.filter(isBytecode).map((path) => [join(ours.folder, path), join(uvs.folder, path)]);
    assert.ok(compiled.length > 0);
    const args = ['-I', '-c', compareProgram];
    const told = execFileSync(python.executable, args, { input: JSON.stringify(compiled), encoding: 'utf8' });
    assert.deepEqual(JSON.parse(told), [], 'bytecode that does something else');
  }

  it('makes the same of all that wheels can bring', async (context) => {
    await assertAlike(context, made.map(makeWheel));
  });

  it('makes the same of wheels that others made', needs(realWheels), async (context) => {
    await assertAlike(context, readRealWheels());
  });

  it('notices what is not the same', async (context) => {
    const [ours, uvs] = await makeBoth(context, made.map(makeWheel));
    const path = [...ours.paths].find((one) => one.endsWith('.dist-info/INSTALLER')) ?? assert.fail();
    assert.notDeepEqual(describeFile(ours, path), describeFile(uvs, path));
  });
});

interface Tree {
  readonly folder: string;
  readonly paths: ReadonlySet<string>;
}

async function readTree(folder: string): Promise<Tree> {
  const { files } = await listTree(folder);
  return { folder, paths: new Set(files.map((file) => relative(folder, file))) };
}

function isMeant(path: string, ours: Tree, uvs: Tree): boolean {
  const only = ours.paths.has(path) ? (uvs.paths.has(path) ? undefined : 'ours') : 'uv';
  return differences.some((difference) => difference.path.test(path) && difference.only === only);
}

/** A file by what it means: programs without the path of their Python, RECORD as a set without what differs rightly. */
function describeFile({ folder }: Tree, path: string): unknown {
  const found = lstatSync(join(folder, path));
  if (found.isSymbolicLink()) return { target: path === 'bin/python' ? 'Python' : readlinkSync(join(folder, path)) };
  const content = readFileSync(join(folder, path));
  const isExecutable = (found.mode & 0o111) !== 0;
  if (path.startsWith('bin/'))
    return { isExecutable, content: content.toString('latin1').replace(/^#!.*\/python\b.*/, '#!') };
  if (path.endsWith('.dist-info/RECORD')) return { isExecutable, rows: recordRows(content.toString()) };
  return { isExecutable, content: content.toString('latin1') };
}

/** The digests of what is compared by itself are left open. */
function recordRows(record: string): string[] {
  const rows = record.trimEnd().split('\n');
  const isOwn = (row: string): boolean =>
    /\.dist-info\/(?:uv_cache\.json|REQUESTED),/.test(row) || isBytecode(row.replace(/,,$/, ''));
  return rows
    .filter((row) => !isOwn(row))
    .map((row) => (/^\.\.\/\.\.\/\.\.\/bin\/|\.dist-info\/INSTALLER,/.test(row) ? row.replace(/,.*/, '') : row))
    .toSorted();
}
