import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { WheelRefusal } from './problem.ts';
import { readRecord } from './record.ts';

const value = 'A'.repeat(43);
const digest = { algorithm: 'sha256', value } as const;

function refuses(text: string, message: RegExp): void {
  assert.throws(
    () => readRecord(text, 'x.dist-info/RECORD'),
    (error: unknown) => error instanceof WheelRefusal && message.test(error.message),
    text,
  );
}

describe('readRecord()', () => {
  it('reads the digest and the size of each file', () => {
    const rows = readRecord(`a/b.py,sha256=${value},12\r\n\r\nx.dist-info/RECORD,,\r\n`, 'RECORD');
    assert.deepEqual(
      [...rows],
      [
        ['a/b.py', { digest, sizeBytes: 12 }],
        ['x.dist-info/RECORD', { digest: undefined, sizeBytes: undefined }],
      ],
    );
  });

  it('reads names that are quoted, digests that are padded, and a last line that does not end', () => {
    const rows = readRecord(`"a, ""b"".py",sha256=${value}=,\nb,sha512=${value},1`, 'RECORD');
    assert.deepEqual([...rows.keys()], ['a, "b".py', 'b']);
    assert.deepEqual(rows.get('a, "b".py'), { digest, sizeBytes: undefined });
  });

  it('refuses a line that is none, with its number', () => {
    refuses(`a,sha256=${value},1\nb,sha256=${value}`, /line 2 of RECORD has not three/);
    refuses('a', /line 1 of RECORD has not three/);
    refuses(`a,sha256=${value},1,more`, /has not three/);
    refuses(`"a,sha256=${value},1`, /is no line/);
    refuses(`a"b,sha256=${value},1`, /is no line/);
  });

  it('refuses digests that prove nothing, and sizes that are none', () => {
    refuses('a,md5=aaaa,1', /no sha256/);
    refuses('a,sha1=aaaa,1', /no sha256/);
    refuses('a,sha256,1', /no sha256/);
    refuses(`a,sha256=${value},-1`, /no number/);
    refuses(`a,sha256=${value},1e3`, /no number/);
  });

  it('refuses a file that is listed twice', () => {
    refuses(`a,sha256=${value},1\na,sha256=${value},1`, /lists a a second time/);
  });
});
