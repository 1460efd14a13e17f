import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';

import type { RunnerFrame } from './frame-schemas.ts';
import { FrameViolation, encodeFrame, leastMaxFrameBytes, readFrames } from './frames.ts';

const done: RunnerFrame = { type: 'done', run: '1', how: 'exited', code: 0, cut: 0 };
const stream: RunnerFrame = { type: 'stream', run: '1', name: 'stdout', text: 'é€\n' };

describe('readFrames()', () => {
  it('reads frames however they are cut', async () => {
    const bytes = Buffer.from([stream, done, stream].map((frame) => `${JSON.stringify(frame)}\n`).join(''));
    for (let size = 1; size < bytes.length; size += 7) {
      const chunks: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
      assert.deepEqual(await collect(chunks), [stream, done, stream]);
    }
  });

  it('ends with the stream, and does not take half a frame for one', async () => {
    assert.deepEqual(await collect([Buffer.from(`${JSON.stringify(done)}\n{"type":"do`)]), [done]);
  });

  const violations: readonly [string, string | Buffer][] = [
    ['no JSON', 'hello\n'],
    ['an empty line', '\n'],
    ['an unknown type', '{"type":"grant","all":true}\n'],
    ['a key too many', '{"type":"done","run":"1","cut":0,"how":"exited","code":0,"admin":true}\n'],
    ['a code out of range', '{"type":"done","run":"1","cut":0,"how":"exited","code":256}\n'],
    ['a fraction for a code', '{"type":"done","run":"1","cut":0,"how":"exited","code":0.5}\n'],
    ['a stream that is none', '{"type":"stream","run":"1","name":"audit","text":""}\n'],
    ['base64 that is none', '{"type":"stream","run":"1","name":"stdout","base64":"%%"}\n'],
    ['a list', '[]\n'],
    ['null', 'null\n'],
    ['bytes that are no UTF-8', Buffer.from([0xff, 0xfe, 0x0a])],
    ['nesting without end', `${'['.repeat(100_000)}\n`],
    ['nesting that ends', `{"type":"value","run":"1","value":${'['.repeat(1001)}${']'.repeat(1001)}}\n`],
  ];
  for (const [what, line] of violations) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(collect([Buffer.from(line)]), FrameViolation);
    });
  }

  it('refuses a line that never ends before it has kept more than the limit', async () => {
    let sent = 0;
    const endless = Readable.from(
      (function* () {
        for (;;) {
          sent += 65_536;
          yield Buffer.alloc(65_536, 'x');
        }
      })(),
    );
    await assert.rejects(drain(endless), FrameViolation);
    assert.ok(sent <= leastMaxFrameBytes + 20 * 65_536, `read ${sent} bytes`);
  });
});

describe('a flood of tiny frames', () => {
  it('leaves turns of the event loop to others', async () => {
    const line = '{"type":"stream","run":"1","name":"stdout","text":"x"}\n';
    let turns = 0;
    const count = setInterval(() => (turns += 1), 1);
    const frames = await collect([Buffer.from(line.repeat(100_000))]);
    clearInterval(count);
    assert.equal(frames.length, 100_000);
    assert.ok(turns >= 3, `${turns} turns`);
  });
});

describe('encodeFrame()', () => {
  it('puts whatever the code holds on one line', () => {
    const line = encodeFrame({
      type: 'run',
      kind: 'script',
      run: '1',
      name: 'x.py',
      code: 'a\nb\u2028c\r\n',
      args: ['\n'],
      outputBytes: 1,
    });
    assert.equal(line.indexOf('\n'), line.length - 1);
  });
});

async function collect(chunks: readonly Buffer[]): Promise<RunnerFrame[]> {
  return drain(Readable.from(chunks));
}

async function drain(source: AsyncIterable<Buffer>): Promise<RunnerFrame[]> {
  const frames: RunnerFrame[] = [];
  for await (const { frame } of readFrames(source)) frames.push(frame);
  return frames;
}
