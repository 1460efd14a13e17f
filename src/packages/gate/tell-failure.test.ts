import assert from 'node:assert/strict';
import { test } from 'node:test';

import { BelljarError } from '../../errors.ts';
import { tellFailure } from './tell-failure.ts';

test('tellFailure() says what an index did, and not where it is', () => {
  const message = 'the index default gives no answer for https://user:secret@index.test/simple/x/: it hung up';
  assert.deepEqual(tellFailure(new BelljarError('INDEX_UNAVAILABLE', message)), {
    status: 502,
    text: 'the index default gives no answer for …: it hung up [INDEX_UNAVAILABLE]',
  });
});

test('tellFailure() says nothing of this machine', () => {
  const cases = [new Error('ENOENT: /secret/path'), new BelljarError('ARTIFACT_UNKEPT', 'no space in /secret/path')];
  for (const error of cases) assert.doesNotMatch(tellFailure(error).text, /secret/);
  assert.equal(tellFailure(new BelljarError('CANCELLED', 'the gate is closed')).status, 503);
});
