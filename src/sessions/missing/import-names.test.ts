import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { ImportNamesInMemory } from './import-names.ts';

describe('ImportNamesInMemory', () => {
  it('gives every distribution that was seen with a module, once', async () => {
    const names = new ImportNamesInMemory();
    names.learn('opencv-python', ['cv2']);
    names.learn('OpenCV_Python', ['cv2']);
    names.learn('opencv-python-headless', ['cv2']);
    assert.deepEqual(await names.distributionsOf('cv2'), ['opencv-python', 'opencv-python-headless']);
    assert.deepEqual(await names.distributionsOf('constructor'), []);
  });

  it('learns nothing from what is no name of a project, and keeps a bound', async () => {
    const names = new ImportNamesInMemory();
    names.learn('--evil', ['cv2']);
    for (let index = 0; index < 100; index++) names.learn(`copy${index}`, ['cv2']);
    assert.equal((await names.distributionsOf('cv2')).length, 20);
  });
});
