import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { layoutFor, pythonPath } from './layout.ts';

describe('layoutFor()', () => {
  it('names the folders by the minor version alone', () => {
    const layout = layoutFor('3.11.7');
    assert.equal(layout.site, 'lib/python3.11/site-packages');
    assert.equal(layout.headersOf('greenlet'), 'include/site/python3.11/greenlet');
    assert.equal(layoutFor('3.9.0').site, 'lib/python3.9/site-packages');
  });

  it('has the programs where the scripts look for their Python', () => {
    assert.ok(pythonPath.endsWith(`/${layoutFor('3.12.1').scripts}/python`));
  });
});
