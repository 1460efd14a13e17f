import assert from 'node:assert/strict';
import { Duplex, PassThrough } from 'node:stream';
import { describe, it } from 'node:test';

import { readControl, sayTo } from './read-control.ts';

async function collect(control: Duplex): Promise<string> {
  let text = '';
  for await (const chunk of readControl(control)) text += chunk.toString();
  return text;
}

describe('readControl()', () => {
  it('gives what comes, to the end', async () => {
    const control = new PassThrough();
    control.write('one ');
    control.end('two');
    assert.equal(await collect(control), 'one two');
  });

  it('ends where the stream breaks', async () => {
    const control = new PassThrough();
    control.on('error', () => undefined);
    control.write('one');
    setImmediate(() => control.destroy(new Error('broken')));
    assert.equal(await collect(control), 'one');
  });

  it('leaves the stream open where its reader has enough', async () => {
    const control = new PassThrough();
    control.write('one');
    for await (const chunk of readControl(control)) {
      assert.equal(chunk.toString(), 'one');
      break;
    }
    assert.ok(!control.destroyed);
  });
});

describe('sayTo()', () => {
  it('returns when it was taken, and also when nobody is there', async () => {
    const taken: string[] = [];
    const control = new Duplex({
      read: () => undefined,
      write: (chunk: Buffer, _encoding, done) => {
        taken.push(chunk.toString());
        done();
      },
    });
    control.on('error', () => undefined);
    await sayTo(control, Buffer.from('one'));
    control.destroy();
    await sayTo(control, Buffer.from('two'));
    assert.deepEqual(taken, ['one']);
  });
});
