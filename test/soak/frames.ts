/**
 * Hostile frames without end: against the reader, against sessions, and from a worker against the supervisor. Nothing may
 * crash, nothing be told of a run that was said of another, and memory stay flat. Options: --frames N --seed N --python P
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { SeededRandom } from '../policy/random.ts';
import { fuzzReader } from './hostile-frames/fuzz-reader.ts';
import { fuzzSession } from './hostile-frames/fuzz-session.ts';

const { values } = parseArgs({
  options: {
    frames: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    python: { type: 'string', default: 'python3' },
  },
});
const frames = Number(values.frames);
const seed = Number(values.seed);
/** What a heap may be larger at the end than after the first fifth. */
const growthBytes = 8e6;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const isFlat = [await soak('reader', fuzzReader), await soak('sessions', fuzzSession), soakSupervisor()];
process.exitCode = isFlat.every(Boolean) ? 0 : 1;

async function soak(name: string, round: (random: SeededRandom) => Promise<number>): Promise<boolean> {
  const random = new SeededRandom(seed);
  let warm: NodeJS.MemoryUsage | undefined;
  for (let read = 0; read < frames;) {
    read += await round(random);
    if (warm === undefined && read > frames / 5) warm = measure();
  }
  const end = measure();
  const grown = end.heapUsed - (warm ?? end).heapUsed;
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  console.log(
    `${name}: ${frames} frames of seed ${seed}; heap grew by ${megabytes(grown)} to ${megabytes(end.heapUsed)}, ` +
      `resident ${megabytes((warm ?? end).rss)} to ${megabytes(end.rss)}`,
  );
  return grown < growthBytes;
}

function measure(): NodeJS.MemoryUsage {
  collectGarbage();
  return process.memoryUsage();
}

function soakSupervisor(): boolean {
  const program = join(import.meta.dirname, '../../python/tests/hostile_lines.py');
  const { status } = spawnSync(values.python, ['-I', '-B', program, String(seed), String(frames)], {
    stdio: 'inherit',
  });
  return status === 0;
}
