import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { StoredFile, StoredWheel } from '../environments/index.ts';
import { collectLicences } from './licence-files.ts';

const distInfo = 'app-1.0.dist-info';

function wheelOf(paths: Readonly<Record<string, Partial<StoredFile>>>): StoredWheel {
  const files = Object.entries(paths).map(([path, words]): StoredFile => {
    return {
      scheme: 'site',
      path,
      sha256: '0'.repeat(64),
      sizeBytes: 10,
      isExecutable: false,
      isPythonScript: false,
      ...words,
    };
  });
  const folder = '/store/wheel';
  return {
    ...{ sha256: '1'.repeat(64), filename: 'app-1.0-py3-none-any.whl', name: 'app', version: '1.0', distInfo, folder },
    files,
    entryPoints: [],
    installedBytes: 0,
  };
}

function collect(paths: Readonly<Record<string, Partial<StoredFile>>>): ReturnType<typeof collectLicences> {
  const licence = { expression: 'MIT', source: 'License-Expression' };
  return collectLicences([{ name: 'app', version: '1.0', licence, wheel: wheelOf(paths) }]);
}

describe('collectLicences()', () => {
  it('takes what stands where licences stand, or is called so', () => {
    const { files, list } = collect({
      [`${distInfo}/licenses/LICENSE`]: {},
      [`${distInfo}/licenses/vendored/x/COPYING`]: {},
      [`${distInfo}/NOTICE.txt`]: {},
      [`${distInfo}/METADATA`]: {},
      'app/LICENSE': {},
    });
    assert.deepEqual(
      files.map(({ path, hostPath }) => [path, hostPath]),
      [
        ['licences/app-1.0/licenses/LICENSE', `/store/wheel/site/${distInfo}/licenses/LICENSE`],
        ['licences/app-1.0/licenses/vendored/x/COPYING', `/store/wheel/site/${distInfo}/licenses/vendored/x/COPYING`],
        ['licences/app-1.0/NOTICE.txt', `/store/wheel/site/${distInfo}/NOTICE.txt`],
      ],
    );
    assert.deepEqual([list[0]?.licence, list[0]?.source, list[0]?.note], ['MIT', 'License-Expression', null]);
  });

  it('leaves out what is too large, or has a name that no bundle takes, and says so', () => {
    const { files, list } = collect({
      [`${distInfo}/LICENSE`]: {},
      [`${distInfo}/licenses/huge`]: { sizeBytes: 5 << 20 },
      [`${distInfo}/licenses/left\u202eright`]: {},
    });
    assert.equal(files.length, 1);
    assert.match(list[0]?.note ?? '', /^2 of its licence files/);
  });

  it('says of a wheel without licence file, and of one that is gone, which it is', () => {
    const gone = { name: 'gone', version: '2.0', licence: undefined, wheel: undefined };
    const { list } = collectLicences([gone]);
    assert.deepEqual([list[0]?.licence, list[0]?.note], [null, 'its wheel is not in the store any more']);
    assert.equal(collect({ 'app/x.py': {} }).list[0]?.note, 'its wheel has no licence file');
  });
});
