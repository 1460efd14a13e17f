import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';

import { Transcript } from './transcript.ts';

describe('Transcript', () => {
  it('hears how far the program is, however its words are cut', async () => {
    const stream = new PassThrough();
    const transcript = new Transcript(stream);
    const over = transcript.heard('over');
    for (const piece of ['\n@re', 'ady\nnoise', '\n@over refu', 'sed EPERM no\n']) stream.write(piece);
    await Promise.all([over, transcript.heard('ready')]);
    assert.equal(transcript.isReady, true);
    assert.equal(transcript.over, 'refused EPERM no');
  });

  it('keeps the first end, whatever is said after it', async () => {
    const stream = new PassThrough();
    const transcript = new Transcript(stream);
    stream.write('@ready\n@over did\n@over refused EPERM\n');
    await transcript.heard('over');
    assert.equal(transcript.over, 'did');
  });

  it('finds what came out between other bytes, and the facts of a victim', async () => {
    const stream = new PassThrough();
    const transcript = new Transcript(stream);
    stream.write(Buffer.from([0, 255, 10]));
    stream.write('#{"pid": 7}\nse');
    stream.write('cret\n@over did\n');
    await transcript.heard('over');
    assert.equal(transcript.holds('secret'), true);
    assert.equal(transcript.holds('other'), false);
    assert.deepEqual(transcript.facts, { pid: 7 });
  });

  it('keeps no more than its bound of a flood, and still hears the end', async () => {
    const stream = new PassThrough({ highWaterMark: 1 << 24 });
    const transcript = new Transcript(stream);
    for (let count = 0; count < 9; count++) stream.write(Buffer.alloc(1 << 20));
    stream.write('\n@over did\n');
    await transcript.heard('over');
    assert.equal(transcript.bytes > 9 << 20, true);
    assert.equal(transcript.holds('@over'), false);
  });
});
