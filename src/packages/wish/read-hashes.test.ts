import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { readHashes } from './read-hashes.ts';

const digest = 'a'.repeat(64);

describe('readHashes()', () => {
  it('takes the hashes off the end, and leaves the rest as it is', () => {
    const { text, sha256s, problems } = readHashes(`a == 1 ; os_name == "b"\t--hash=sha256:${digest.toUpperCase()}  `);
    assert.deepEqual([text, sha256s, problems], ['a == 1 ; os_name == "b"', [digest], []]);
    assert.deepEqual(readHashes('a==1'), { text: 'a==1', sha256s: [], problems: [] });
  });

  it('takes nothing from the middle or the beginning', () => {
    assert.equal(readHashes(`a --hash=sha256:${digest} b`).text, `a --hash=sha256:${digest} b`);
    assert.equal(readHashes(`--hash=sha256:${digest}`).text, `--hash=sha256:${digest}`);
  });

  it('knows the digests that pip knows by their length, and counts on sha256 alone', () => {
    for (const [algorithm, length] of Object.entries({ md5: 32, sha1: 40, sha224: 56, sha384: 96, sha512: 128 })) {
      const other = `--hash=${algorithm}:${'b'.repeat(length)}`;
      assert.equal(readHashes(`a==1 ${other}`).problems.length, 1, algorithm);
      const both = readHashes(`a==1 ${other} --hash=sha256:${digest}`);
      assert.deepEqual([both.sha256s, both.problems], [[digest], []], algorithm);
      assert.equal(readHashes(`a==1 ${other}0 --hash=sha256:${digest}`).problems.length, 1, algorithm);
    }
    assert.equal(readHashes('a==1 --hash=constructor:').problems.length, 1);
  });
});
