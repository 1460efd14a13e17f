import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { PlacedWheel } from './assemble/index.ts';
import { buildInTime, requireFewFiles } from './build-bounds.ts';

const tools = { signal: new AbortController().signal, onProgress: () => undefined };
const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('given up'))));

const placed = (name: string, sources: number, compiled?: number): PlacedWheel => {
  const filesOf = (count: number): unknown[] => Array.from({ length: count }, () => ({}));
  const bytecode = compiled === undefined ? undefined : { files: filesOf(compiled) };
  return { wheel: { name, files: filesOf(sources) }, bytecode, isRequested: true } as unknown as PlacedWheel;
};

test('buildInTime() ends a build at its limit, and says what it was at', async () => {
  const building = buildInTime({ wallTimeMs: 5 }, tools, ({ signal, onProgress }) => {
    onProgress({ phase: 'compiling', package: 'numpy', done: 0, total: 1 });
    return untilAborted(signal);
  });
  await assert.rejects(building, {
    code: 'BUILD_LIMIT',
    message: 'building the environment took longer than 5 ms; it was compiling numpy',
    details: { limit: 'packages.limits.buildTime', package: 'numpy' },
  });
});

test('buildInTime() leaves a build alone that is done in time, however it ends', async () => {
  assert.equal(await buildInTime({ wallTimeMs: Number.MAX_SAFE_INTEGER }, tools, async () => 'built'), 'built');
  const failing = buildInTime({ wallTimeMs: 60_000 }, tools, () => Promise.reject(new Error('a bad wheel')));
  await assert.rejects(failing, /a bad wheel/);
});

test('buildInTime() tells who gave up, and not that time was over', async () => {
  const caller = new AbortController();
  const work = ({ signal }: { signal: AbortSignal }): Promise<never> => untilAborted(signal);
  const building = buildInTime({ wallTimeMs: 60_000 }, { ...tools, signal: caller.signal }, work);
  caller.abort();
  await assert.rejects(building, { code: 'CANCELLED' });
});

test('requireFewFiles() counts compiled files too, and names the wheel that has most', () => {
  const wheels = [placed('small', 2, 1), placed('large', 5, 4), placed('bare', 1)];
  assert.throws(() => requireFewFiles({ maxFiles: 12 }, wheels), {
    code: 'BUILD_LIMIT',
    message: 'the environment would have 13 files; the limit is 12, and large alone has 9',
    details: { limit: 'packages.build.files', package: 'large' },
  });
  requireFewFiles({ maxFiles: 13 }, wheels);
});
