import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { chooseTarget } from './choose-target.ts';

function choose(ranges: readonly string[], asked?: string): string {
  const needs = ranges.map((range, index) => ({ from: `file-${index}`, range }));
  return chooseTarget({
    own: '3.12.4',
    needs,
    ...(asked === undefined ? {} : { asked: { pythonVersion: asked } }),
  }).pythonVersion;
}

describe('chooseTarget()', () => {
  it('plans for the Python that is here, where nothing else is asked for', () => {
    assert.equal(choose([]), '3.12.4');
    assert.equal(choose(['>=3.9', '<3.13']), '3.12.4');
  });

  it('plans for the nearest Python that all sources take, where the one here is none', () => {
    assert.equal(choose(['>=3.13']), '3.13');
    assert.equal(choose(['<3.12']), '3.11');
    assert.equal(choose(['>=3.12.6']), '3.12.6');
    assert.equal(choose(['!=3.12.*']), '3.13', 'of two alike the newer');
    assert.equal(choose(['>=3.9', '<3.12', '!=3.11.*']), '3.10');
  });

  it('takes the one that is named, and what is named without its last number for any such', () => {
    assert.equal(choose([], '3.11'), '3.11');
    assert.equal(choose(['>=3.11.5'], '3.11'), '3.11.5');
  });

  it('refuses a named one that a source does not take, and says which source', () => {
    for (const asked of ['3.11', '3.11.2']) {
      assert.throws(() => choose(['>=3.9', '>=3.12'], asked), {
        code: 'WISH_INVALID',
        message: new RegExp(`file-1 needs Python >=3\\.12; the target is Python ${asked.replaceAll('.', '\\.')}$`),
      });
    }
    assert.throws(() => choose([], '2.7'), { code: 'USAGE' });
  });

  it('refuses what no Python can be', () => {
    assert.throws(() => choose(['>=3.13', '<3.13']), {
      code: 'WISH_INVALID',
      message: /there is no Python 3 from 3\.9/,
    });
    assert.throws(() => choose(['<3']), { code: 'WISH_INVALID' });
  });

  it('keeps the platform', () => {
    const target = chooseTarget({
      own: '3.12.4',
      asked: { platform: 'macos' },
      needs: [{ from: 'x', range: '>=3.14' }],
    });
    assert.deepEqual(target, { pythonVersion: '3.14', platform: 'macos' });
  });
});
