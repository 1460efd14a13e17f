import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { openManifest, writeManifest } from './manifest.ts';

const sha256 = 'a'.repeat(64);
const manifest = {
  ...{ sha256, filename: 'a-1-py3-none-any.whl', name: 'a', version: '1', distInfo: 'a-1.dist-info' },
  files: [
    {
      ...{ scheme: 'site' as const, path: 'a.py', sha256: 'b'.repeat(64), sizeBytes: 1 },
      ...{ isExecutable: false, isPythonScript: false },
    },
  ],
  entryPoints: [{ group: 'console_scripts' as const, name: 'a', module: 'a', attribute: 'main' }],
  installedBytes: 1,
};
const place = `/wheels/aa/${sha256}`;

describe('openManifest()', () => {
  it('reads what was written', () => {
    const sealed = openManifest(writeManifest(manifest), place);
    assert.deepEqual(sealed?.value, { ...manifest, folder: `${place}/tree` });
    assert.deepEqual(
      sealed.files.map(({ path, sizeBytes }) => [path, sizeBytes]),
      [['site/a.py', 1]],
    );
  });

  it('reads nothing that was cut off, changed in form, or is another wheel’s', () => {
    const text = writeManifest(manifest);
    for (const other of [
      '',
      text.slice(0, -10),
      text.replace('"format":1', '"format":2'),
      text.replace('"site"', '"x"'),
    ]) {
      assert.equal(openManifest(other, place), undefined);
    }
    assert.equal(openManifest(text, `/wheels/cc/${'c'.repeat(64)}`), undefined);
  });
});
