import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';

import type { AnnouncedFile } from './announced-wheel.ts';
import { type FileSink, Reception } from './reception.ts';

function announce(contents: readonly string[], algorithm: 'sha256' | 'sha512' = 'sha256'): AnnouncedFile[] {
  return contents.map((content, at) => ({
    index: at * 2,
    path: `file-${at}`,
    landing: { scheme: 'packages', path: `file-${at}` },
    sizeBytes: content.length,
    isExecutable: false,
    digest: { algorithm, value: createHash(algorithm).update(content).digest('base64url') },
  }));
}

class Listing implements FileSink {
  readonly lines: string[] = [];
  open({ path }: AnnouncedFile): void {
    this.lines.push(`open ${path}`);
  }
  write(bytes: Buffer): void {
    this.lines.push(bytes.toString());
  }
  close({ sha256, head }: { sha256: string; head: Buffer }): void {
    this.lines.push(`close ${sha256.slice(0, 8)} ${head.toString()}`);
  }
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);

describe('Reception', () => {
  it('takes files in their order, in pieces, and those without content by themselves', () => {
    const sink = new Listing();
    const reception = new Reception(announce(['', 'hello', '', 'world', '']), sink);
    for (const [index, text] of [
      [2, 'hel'],
      [2, 'lo'],
      [6, 'world'],
    ] as const) {
      assert.equal(reception.take(index, Buffer.from(text)), undefined);
    }
    assert.equal(reception.finish(), undefined);
    assert.equal(reception.done, 5);
    const empty = (at: number): string[] => [`open file-${at}`, `close ${hashOf('')} `];
    const hello = ['open file-1', 'hel', 'lo', `close ${hashOf('hello')} hello`];
    const world = ['open file-3', 'world', `close ${hashOf('world')} world`];
    assert.deepEqual(sink.lines, [...empty(0), ...hello, ...empty(2), ...world, ...empty(4)]);
  });

  it('computes the digest that RECORD has, and the sha256 all the same', () => {
    const sink = new Listing();
    const reception = new Reception(announce(['hello'], 'sha512'), sink);
    assert.equal(reception.take(0, Buffer.from('hello')), undefined);
    assert.deepEqual(sink.lines.at(-1), `close ${hashOf('hello')} hello`);
  });

  const lies: readonly [string, readonly (readonly [number, string])[]][] = [
    ['a file before its turn', [[2, 'world']]],
    ['a file that was never announced', [[1, 'hello']]],
    [
      'another file before the first is whole',
      [
        [0, 'hel'],
        [2, 'world'],
      ],
    ],
    [
      'a file twice',
      [
        [0, 'hello'],
        [0, 'hello'],
      ],
    ],
    ['more than a file has', [[0, 'hello!']]],
    [
      'more than a file has in pieces',
      [
        [0, 'hell'],
        [0, 'o!'],
      ],
    ],
    [
      'more files than there are',
      [
        [0, 'hello'],
        [2, 'world'],
        [4, 'more'],
      ],
    ],
  ];
  for (const [what, sent] of lies) {
    it(`takes nothing of ${what}`, () => {
      const sink = new Listing();
      const reception = new Reception(announce(['hello', 'world']), sink);
      const outcomes = sent.map(([index, text]) => reception.take(index, Buffer.from(text)));
      assert.equal(outcomes.at(-1), 'nonsense');
      assert.ok(!sink.lines.includes(sent.at(-1)?.[1] ?? '') || what === 'a file twice');
    });
  }

  it('is not at its end before everything has come', () => {
    const reception = new Reception(announce(['hello', 'world']), new Listing());
    assert.equal(reception.finish(), 'nonsense');
    reception.take(0, Buffer.from('hello'));
    assert.equal(reception.finish(), 'nonsense');
    reception.take(2, Buffer.from('wor'));
    assert.equal(reception.finish(), 'nonsense');
    assert.equal(reception.take(2, Buffer.from('ld')), undefined);
    assert.equal(reception.finish(), undefined);
  });

  it('names a file that is another than in RECORD, and never closes it', () => {
    const sink = new Listing();
    const problem = new Reception(announce(['hello']), sink).take(0, Buffer.from('HELLO'));
    assert.ok(typeof problem === 'object');
    assert.equal(problem.rule, 'wheel.record');
    assert.match(problem.message, /file-0 is not the file that RECORD describes/);
    assert.ok(!sink.lines.some((line) => line.startsWith('close')));
    const [empty] = announce(['']);
    assert.ok(empty);
    const other = { ...empty, digest: { ...empty.digest, value: 'other' } };
    assert.ok(typeof new Reception([other], new Listing()).finish() === 'object');
  });
});
