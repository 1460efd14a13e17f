import assert from 'node:assert/strict';
import { appendFileSync, chmodSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it, type TestContext } from 'node:test';

import { assembleMade, type AssembledWheels } from '../../../test/support/assembled.ts';
import { needs, python as pythonIsThere } from '../../../test/support/prerequisite.ts';
import { findTestPython } from '../../../test/support/unpacked-wheels.ts';
import type { PythonBuild } from '../pythons/index.ts';
import type { TreeProblem } from './tree-problem.ts';
import { verifyTree } from './verify-tree.ts';

const app = {
  name: 'app',
  files: { 'app/__init__.py': 'x = 1\n', 'app/words': 'abc', 'app/large': 'x'.repeat(2 << 20) },
  entryPoints: '[console_scripts]\napp = app:main\n',
};

describe('verifyTree()', needs(pythonIsThere), () => {
  let python: PythonBuild;
  let site: string;
  before(async () => {
    python = await findTestPython();
    site = `lib/python${python.version.split('.').slice(0, 2).join('.')}/site-packages`;
  });

  const open = (context: TestContext): Promise<AssembledWheels> => assembleMade({ context, python, wheels: [app] });

  /** Does something to an environment that only its owner could, and says what is found then. */
  async function damage(
    context: TestContext,
    path: string,
    change: (path: string) => void,
  ): Promise<{ quick: readonly TreeProblem[]; full: readonly TreeProblem[] }> {
    const { folder } = await open(context);
    const parent = join(folder, path, '..');
    chmodSync(parent, 0o755);
    change(join(folder, path));
    chmodSync(parent, 0o555);
    const [quick, full] = [await verifyTree(folder), await verifyTree(folder, { full: true })];
    assert.equal(quick.isWhole, quick.problems.length === 0);
    return { quick: quick.places, full: full.places };
  }

  it('finds nothing amiss with what was just made, quickly and fully, and tells what it is', async (context) => {
    const { folder, treeDigest, files, bytes } = await open(context);
    for (const full of [false, true]) {
      const report = await verifyTree(folder, { full, treeDigest });
      assert.deepEqual([report.isWhole, report.problems], [true, []]);
      const { description } = report;
      assert.deepEqual([description?.treeDigest, description?.files, description?.bytes], [treeDigest, files, bytes]);
      assert.deepEqual(
        description?.packages.map(({ name, isRequested }) => [name, isRequested]),
        [['app', true]],
      );
    }
  });

  const obvious: readonly [string, string, TreeProblem['what'], (path: string) => void][] = [
    ['a package gone', 'SITE/app', 'changed', (path) => rmSync(path, { recursive: true })],
    ['a package too many', 'SITE/other', 'changed', (path) => mkdirSync(path)],
    ['an empty RECORD', 'SITE/app-1.0.dist-info/RECORD', 'changed', (path) => truncateSync(path)],
    ['a program gone', 'bin/app', 'changed', (path) => rmSync(path)],
    ['a program that can be written', 'bin/app', 'writable', (path) => chmodSync(path, 0o755)],
    ['no word about itself', '.belljar/environment.json', 'unreadable', (path) => rmSync(path)],
    ['an empty word about itself', '.belljar/environment.json', 'unreadable', (path) => truncateSync(path)],
    [
      'another word about itself',
      '.belljar/environment.json',
      'unreadable',
      (path) => writeFileSync(path, '{"format":2}'),
    ],
    ['no list of its files', '.belljar/files.json', 'missing', (path) => rmSync(path)],
  ];
  for (const [what, path, expected, change] of obvious) {
    it(`sees ${what} quickly, and fully`, async (context) => {
      const { quick, full } = await damage(context, path.replace('SITE', site), change);
      assert.ok(
        quick.some((problem) => problem.what === expected),
        JSON.stringify(quick),
      );
      assert.ok(full.length > 0);
    });
  }

  const hidden: readonly [string, string, TreeProblem['what'], (path: string) => void][] = [
    ['a byte more', 'app/words', 'changed', (path) => appendFileSync(path, 'x')],
    ['other bytes of the same length', 'app/words', 'changed', (path) => writeFileSync(path, 'abd')],
    ['other bytes in a large file', 'app/large', 'changed', (path) => writeFileSync(path, 'y'.repeat(2 << 20))],
    ['a file gone', 'app/words', 'missing', (path) => rmSync(path)],
    ['a file too many', 'app/more', 'unexpected', (path) => writeFileSync(path, '')],
    ['a folder too many', 'app/more', 'unexpected', (path) => mkdirSync(path)],
    ['a link too many', 'app/more', 'unexpected', (path) => symlinkSync('/', path)],
    ['a file that can be written', 'app/words', 'writable', (path) => chmodSync(path, 0o644)],
    ['a file that became a program', 'app/words', 'changed', (path) => chmodSync(path, 0o555)],
    [
      ...(['a link for a file', 'app/words', 'missing'] as const),
      (path) => {
        rmSync(path);
        symlinkSync('large', path);
      },
    ],
  ];
  for (const [what, path, expected, change] of hidden) {
    it(`sees ${what} when it looks fully, and says where`, async (context) => {
      const { quick, full } = await damage(context, `${site}/${path}`, change);
      assert.deepEqual(full, [{ path: `${site}/${path}`, what: expected }]);
      assert.deepEqual(quick, [], 'a quick look does not go so deep');
    });
  }

  it('sees bytecode that is not what was compiled', async (context) => {
    const path = `${site}/app/__pycache__/__init__.${python.tag}.pyc`;
    const { full } = await damage(context, path, (pyc) => appendFileSync(pyc, 'x'));
    assert.deepEqual(full, [{ path, what: 'changed' }]);
  });

  it('sees another interpreter, and a folder that can be written', async (context) => {
    const relink = (path: string): void => {
      rmSync(path);
      symlinkSync('/tmp/python', path);
    };
    assert.deepEqual((await damage(context, 'bin/python', relink)).full, [{ path: 'bin/python', what: 'changed' }]);
    const { full } = await damage(context, `${site}/app`, (path) => chmodSync(path, 0o755));
    assert.deepEqual(full, [{ path: `${site}/app`, what: 'writable' }]);
  });

  it('does not believe a description and a list that fit each other and nothing else', async (context) => {
    const [one, other] = [await open(context), await assembleMade({ context, python, wheels: [{ name: 'other' }] })];
    const report = await verifyTree(one.folder, { treeDigest: other.treeDigest });
    assert.deepEqual(report.problems, ['.belljar/environment.json is not what was put there']);
  });

  it('can be cancelled, and tells how far it is', async (context) => {
    const { folder, files } = await open(context);
    const told: (readonly [number, number])[] = [];
    await verifyTree(folder, { full: true, onProgress: (done, total) => told.push([done, total]) });
    assert.deepEqual(told.at(-1), [files, files]);
    const signal = AbortSignal.abort();
    await assert.rejects(verifyTree(folder, { full: true, signal }), { code: 'CANCELLED' });
  });

  it('says of a folder that is none that it cannot be read', async () => {
    const { isWhole, description } = await verifyTree('/no/such/environment', { full: true });
    assert.deepEqual([isWhole, description], [false, undefined]);
  });
});
