import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parseWheelName } from '../inspection/index.ts';
import { isSource, standInName } from './stand-in.ts';
import { describeTarget } from './target.ts';
import { mayFit } from './wheel-fit.ts';

test('standInName() gives the name of a wheel that fits every target', () => {
  const name = standInName('some-project', '1.0.post1+local.2');
  const read = parseWheelName(name);
  assert.deepEqual([read?.name, read?.version.text], ['some-project', '1.0.post1+local.2']);
  for (const platform of [undefined, 'aarch64-apple-darwin', 'x86_64-pc-windows-msvc']) {
    assert.ok(mayFit(name, describeTarget({ pythonVersion: '3.9', platform })));
  }
});

test('standInName() keeps the parts of a name apart where a version has a dash', () => {
  assert.equal(standInName('dep', '1.0-1'), 'dep-1.0_1-py3-none-any.whl');
});

test('isSource() tells sources from wheels', () => {
  assert.equal(isSource({ filename: 'dep-1.0.tar.gz' }), true);
  assert.equal(isSource({ filename: 'dep-1.0.zip' }), true);
  assert.equal(isSource({ filename: 'dep-1.0-py3-none-any.whl' }), false);
});
