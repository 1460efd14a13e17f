import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { describeMissing } from './describe-missing.ts';
import { explainMissing } from './missing-module.ts';

describe('describeMissing()', () => {
  const cases: readonly [module: string, text: string][] = [
    [
      'cv2',
      'no module named cv2; it comes with the package opencv-python or opencv-python-headless. Nothing is installed by itself.',
    ],
    [
      'some_thing',
      'no module named some_thing; a package of the same name may bring it: some-thing. Nothing is installed by itself.',
    ],
    ['pandsa', 'no module named pandsa: did you mean pandas?'],
  ];
  for (const [module, text] of cases) {
    it(`tells a person about ${module}`, async () => assert.equal(describeMissing(await explainMissing(module)), text));
  }

  it('passes no terminal sequence on', async () => {
    const text = describeMissing(await explainMissing('a\u001b]0;x\u0007b\u202ec'));
    assert.match(text, /^[\x20-\x7e“”]*$/u);
  });
});
