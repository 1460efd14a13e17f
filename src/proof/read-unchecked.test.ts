import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';

import { readUnchecked } from './read-unchecked.ts';

const end = '{"type":"done","run":"7","code":77}';

describe('readUnchecked()', () => {
  it('believes an end wherever it stands, however it is cut', async () => {
    assert.equal(await readUnchecked(from('noise\n', end.slice(0, 9), `${end.slice(9)}\n`), 77), true);
  });

  it('believes an end without a line’s end, when nothing more comes', async () => {
    assert.equal(await readUnchecked(from(end), 77), true);
  });

  it('does not believe in an end that nobody told', async () => {
    assert.equal(await readUnchecked(from('{"type":"done","code":0}\n', 'null\n', '[77]\n'), 77), false);
  });
});

function from(...pieces: string[]): Readable {
  return Readable.from(pieces.map((piece) => Buffer.from(piece)));
}
