import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { digestWish, formatWish, readArguments, readRequirementsText, type WishRequirement } from './index.ts';

function wish(...texts: string[]): readonly WishRequirement[] {
  const { requirements, problems } = readArguments(texts);
  assert.deepEqual(problems, []);
  return requirements;
}

describe('formatWish()', () => {
  it('writes sorted lines that are read as the same wish again', () => {
    const requirements = wish(
      `Zope.Interface==5 --hash=sha256:${'b'.repeat(64)} --hash=sha256:${'a'.repeat(64)}`,
      'numpy<3,>=2 ; "win" not in sys.platform',
      'A[z,Y]',
      'a[y,z]',
    );
    const text = formatWish(requirements);
    assert.equal(
      text,
      'a[y,z]\n' +
        'numpy<3,>=2 ; "win" not in sys_platform\n' +
        `zope-interface==5 --hash=sha256:${'a'.repeat(64)} --hash=sha256:${'b'.repeat(64)}\n`,
    );
    const again = readRequirementsText(Buffer.from(text), { from: 'again' });
    assert.deepEqual(again.problems, []);
    assert.equal(formatWish(again.requirements), text);
    assert.equal(formatWish([]), '');
  });
});

describe('digestWish()', () => {
  it('is the same for equal wishes, wherever they come from, and another for others', () => {
    const digest = digestWish(wish('numpy >= 2', 'pandas'));
    assert.match(digest, /^[0-9a-f]{64}$/);
    assert.equal(digestWish(wish('Pandas', 'pandas', 'NumPy>=2')), digest);
    for (const other of [wish('numpy>=2'), wish('numpy>=2', 'pandas<3'), wish('numpy>=2', 'pandas[x]')]) {
      assert.notEqual(digestWish(other), digest);
    }
  });
});
