import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { flagsOf, readDoctor } from './doctor-report.ts';

describe('flagsOf()', () => {
  it('reads the flags out of a remedy, each with its value', () => {
    assert.deepEqual(flagsOf('Start more: docker run --cap-add SYS_ADMIN --volume /a:/b:rw IMAGE'), [
      ['--cap-add', 'SYS_ADMIN'],
      ['--volume', '/a:/b:rw'],
    ]);
  });

  it('finds none in another remedy', () => assert.deepEqual(flagsOf('Install util-linux.'), []));
});

describe('readDoctor()', () => {
  const backends = [{ backend: 'process', available: true }];
  const read = (code: number, obstacles: object[]): ReturnType<typeof readDoctor> =>
    readDoctor({ code, stdout: JSON.stringify({ backends, obstacles }), stderr: '' });

  it('takes the doctor at its word only where its exit code agrees', () => {
    assert.equal(read(0, []).isUsable, true);
    assert.equal(read(1, []).isUsable, false);
    assert.equal(read(0, [{ what: 'a', remedy: 'b' }]).isUsable, false);
  });

  it('tells the first obstacle, and what helps', () => {
    const { why, remedy, isBackendAvailable } = read(1, [{ what: 'a', remedy: 'b' }]);
    assert.deepEqual([why, remedy, isBackendAvailable], ['a', 'b', true]);
  });

  it('fails where the doctor did not speak', () => {
    assert.throws(() => readDoctor({ code: 1, stdout: '', stderr: 'gone' }), /said nothing: gone/);
  });
});
