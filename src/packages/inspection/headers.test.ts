import assert from 'node:assert/strict';
import { it } from 'node:test';

import { readHeaders } from './headers.ts';

function read(text: string): string | undefined {
  const reading = readHeaders(Buffer.from(text));
  return reading.ok ? undefined : reading.message;
}

it('readHeaders() keeps a bound for lines, whether they begin a field or go on with one', () => {
  for (const line of [' b\n', 'Tag: b\n']) {
    assert.equal(read(`License: a\n${line.repeat(19_999)}\n`), undefined);
    assert.match(read(`License: a\n${line.repeat(20_000)}\n`) ?? '', /more than 20000 lines/);
  }
  assert.equal(
    read(`License: a\n\n${'text\n'.repeat(30_000)}`),
    undefined,
    'what stands behind the fields is not read',
  );
});
