import { describe, it } from 'node:test';

import { SeededRandom, testSeed } from '../policy/random.ts';
import { fuzzReader } from './hostile-frames/fuzz-reader.ts';
import { fuzzSession } from './hostile-frames/fuzz-session.ts';

const frames = 20_000;

/** A sample; `npm run soak -- frames` goes on for longer and watches the memory too. */
describe(`a host that is lied to, by frames of seed ${testSeed()}`, () => {
  it('reads what is honest, and refuses the rest as a violation', async () => {
    const random = new SeededRandom(testSeed());
    for (let read = 0; read < frames;) read += await fuzzReader(random);
  });

  it('gives no run what was said of another, and ends each run once', async () => {
    const random = new SeededRandom(testSeed());
    for (let read = 0; read < frames;) read += await fuzzSession(random);
  });
});
