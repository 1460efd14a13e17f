import assert from 'node:assert/strict';
import { Readable } from 'node:stream';

import { FrameViolation, readFrames } from '../../../src/sessions/frames.ts';
import type { SeededRandom } from '../../policy/random.ts';
import { cutAnywhere, doneLine, honestLine, hostileLine, linesIn } from './hostile-lines.ts';

const known = { mark: '00112233445566aa', others: ['ffeeddccbbaa0011'] };

/**
 * Honest frames, then a lie: whatever was honest is read as it was sent, however it was cut; the lie is read as a frame
 * of the protocol or refused as a violation, and there is no third way. Says how many frames it took.
 */
export async function fuzzReader(random: SeededRandom): Promise<number> {
  const honest = Array.from({ length: random.below(6) }, () => honestLine(random, known.mark));
  const lie = hostileLine(random, known);
  const sent = Buffer.concat([
    Buffer.from([...honest, ''].join('\n')),
    lie,
    Buffer.from(`\n${doneLine(known.mark)}\n`),
  ]);
  const read: unknown[] = [];
  try {
    for await (const { frame } of readFrames(Readable.from(cutAnywhere(random, sent)))) read.push(frame);
  } catch (error) {
    assert.ok(error instanceof FrameViolation, `not a violation, but ${String(error)}`);
  }
  assert.deepEqual(
    read.slice(0, honest.length),
    honest.map((line): unknown => JSON.parse(line)),
  );
  return linesIn(sent);
}
