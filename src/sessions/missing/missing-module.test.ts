import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { ImportNamesInMemory } from './import-names.ts';
import { candidatesFor, explainMissing } from './missing-module.ts';

describe('candidatesFor()', () => {
  const offered: readonly [module: string, names: readonly string[]][] = [
    ['cv2', ['opencv-python', 'opencv-python-headless']],
    ['sklearn', ['scikit-learn']],
    ['PIL', ['Pillow']],
    ['yaml', ['PyYAML']],
    ['bs4', ['beautifulsoup4']],
    ['google.cloud.storage', ['google-cloud-storage']],
    ['google.protobuf.message', ['protobuf']],
    ['numpy', ['numpy']],
    ['charset_normalizer', ['charset-normalizer']],
    ['some_seldom_thing', ['some-seldom-thing']],
  ];
  for (const [module, names] of offered) {
    it(`offers ${names.join(', ')} for ${module}`, async () => {
      assert.deepEqual(
        (await candidatesFor(module)).map(({ name }) => name),
        names,
      );
    });
  }

  it('tells a guess by the name from what is known', async () => {
    assert.deepEqual(await candidatesFor('some_seldom_thing'), [{ name: 'some-seldom-thing', because: 'same-name' }]);
    assert.deepEqual(await candidatesFor('yaml'), [{ name: 'PyYAML', because: 'known' }]);
  });
});

describe('explainMissing()', () => {
  const hinted: readonly [what: string, module: string, hint: RegExp][] = [
    ['a swap', 'pandsa', /did you mean pandas/],
    ['a wrong letter', 'nunpy', /did you mean numpy/],
    ['a letter too many', 'reqeusts', /did you mean requests/],
    ['two mistakes in a well-known name', 'pnadsa', /did you mean pandas/],
    ['a digit behind the name', 'torch1', /did you mean torch/],
    ['an underscore in the name', 'num_py', /did you mean numpy/],
    ['another case', 'Yaml', /did you mean yaml/],
    ['a mistyped standard module', 'jsonn', /did you mean json/],
    ['a look-alike', 'nυmpy', /only look like Latin ones: did you mean numpy/],
    ['an invisible letter', 'num\u200bpy', /did you mean numpy/],
    ['an abbreviation', 'np', /did you mean numpy/],
    ['a name of the project', 'opencv', /did you mean cv2/],
    ['the name of the distribution', 'scikit_learn', /scikit-learn is imported as sklearn/],
    ['a module that was removed', 'distutils', /removed in Python 3\.12; use the package setuptools/],
    ['a module of Python 2', 'urllib2', /use urllib\.request/],
    ['a module of a newer Python', 'tomllib', /from 3\.11 on/],
    ['a module of Windows', 'winreg', /Windows only/],
    ['a module that Python was built without', 'tkinter', /built or installed without it/],
    ['a private name', '_foo', /private/],
    ['what is most likely a file', 'utils', /file of your own/],
    ['a name of one letter', 'q', /too short/],
    ['an option', '--index-url', /no name that a package could have/],
    ['a path', '../evil', /no name that a package could have/],
    ['nothing', '', /no name that a package could have/],
    ['a name without end', 'x'.repeat(1_000_000), /no name that a package could have/],
    ['a terminal sequence', 'a\u001b[31m', /a\\u\{1b\}\[31m/],
  ];
  for (const [what, module, hint] of hinted) {
    it(`offers nothing for ${what} and says why`, async () => {
      const explained = await explainMissing(module);
      assert.deepEqual(explained.candidates, []);
      assert.match(explained.hint ?? '', hint);
    });
  }

  it('offers nothing that lies in the workspace, and would if it did not', async () => {
    assert.deepEqual(await candidatesFor('plotlib2', { workspaceModules: new Set(['plotlib2']) }), []);
    assert.equal((await candidatesFor('plotlib2', { workspaceModules: new Set() })).length, 1);
  });

  it('offers what wheels were seen to hold, in the place of the name itself', async () => {
    const seen = new ImportNamesInMemory();
    seen.learn('Odd.Thing', ['strange_module']);
    const before = await candidatesFor('strange_module');
    assert.deepEqual(before, [{ name: 'strange-module', because: 'same-name' }]);
    const after = await candidatesFor('strange_module', { seen });
    assert.deepEqual(after, [{ name: 'odd-thing', because: 'seen' }]);
  });

  it('lets no wheel that was seen take the place of a well-known one', async () => {
    const seen = new ImportNamesInMemory();
    seen.learn('evil', ['numpy', 'cv2', 'json', 'utils']);
    assert.deepEqual(await candidatesFor('numpy', { seen }), [{ name: 'numpy', because: 'same-name' }]);
    assert.ok((await candidatesFor('cv2', { seen })).every(({ name }) => name.startsWith('opencv-')));
    assert.deepEqual(await candidatesFor('json', { seen }), []);
  });

  it('takes no name for a project that an index of others gives and PEP 508 refuses', async () => {
    const seen = { distributionsOf: () => Promise.resolve(['--pre', 'fine']) };
    assert.deepEqual(await candidatesFor('strange_module', { seen }), [{ name: 'fine', because: 'seen' }]);
  });

  it('says of a shared name that many packages have a part in it', async () => {
    assert.match((await explainMissing('google')).hint ?? '', /shared by many packages/);
  });
});
