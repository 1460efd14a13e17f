import assert from 'node:assert/strict';
import { it } from 'node:test';

import { Memory } from './memory.ts';

it('Memory forgets what was not used for longest when there is too much', () => {
  const memory = new Memory<string>(10);
  memory.set('a', 'A', 4);
  memory.set('b', 'B', 4);
  assert.equal(memory.get('a'), 'A');
  memory.set('c', 'C', 4);
  assert.deepEqual(
    ['a', 'b', 'c'].map((key) => memory.get(key)),
    ['A', undefined, 'C'],
  );
  memory.set('c', 'D', 5);
  assert.deepEqual(
    ['a', 'c'].map((key) => memory.get(key)),
    ['A', 'D'],
  );
  memory.set('huge', 'H', 11);
  assert.deepEqual(
    ['a', 'c', 'huge'].map((key) => memory.get(key)),
    [undefined, undefined, undefined],
  );
  memory.delete('nothing');
  memory.set('a', 'A', 10);
  assert.equal(memory.get('a'), 'A');
});
