import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';

import { visibleLog } from './visible-log.ts';

async function pass(...pieces: readonly (string | Buffer)[]): Promise<string> {
  const log = visibleLog();
  for (const piece of pieces) log.write(piece);
  log.end();
  return text(log);
}

describe('visibleLog()', () => {
  it('lets no line pass for one of Belljar’s, however it is cut', async () => {
    const said = 'a warning\nbelljar: the policy says no\nno belljar: here\n';
    const expected = 'a warning\nkernel: belljar: the policy says no\nno belljar: here\n';
    assert.equal(await pass(said), expected);
    assert.equal(await pass(...Array.from(said)), expected);
    assert.equal(await pass('bell', 'jar', ': x'), 'kernel: belljar: x');
    assert.equal(await pass('x', 'belljar: y'), 'xbelljar: y');
  });

  it('shows what steers a terminal, and leaves other text as it is', async () => {
    const shown = await pass('\u001b]0;title\u0007plain\n');
    assert.ok(!shown.includes('\u001b') && !shown.includes('\u0007'));
    assert.match(shown, /title.*plain\n$/);
    const bytes = Buffer.from('Größe ✓\n\nend');
    assert.equal(await pass(...[...bytes].map((byte) => Buffer.of(byte))), 'Größe ✓\n\nend');
  });

  it('keeps back nothing at the end', async () => {
    assert.equal(await pass('one\nbell'), 'one\nbell');
    assert.equal(await pass(''), '');
  });
});
