import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';

import { startProgress } from './progress.ts';

function terminal(columns: number | undefined, isTTY = true) {
  const stream = new PassThrough().setEncoding('utf8');
  const written = (): string => (stream.read() as string | null) ?? '';
  return { stderr: Object.assign(stream, { isTTY, ...(columns === undefined ? {} : { columns }) }), written };
}

test('progress is silent where standard error is no terminal', () => {
  const { stderr, written } = terminal(80, false);
  const progress = startProgress({ stderr }, 'verifying', () => 10_000);
  progress.update(1, 2);
  progress.end();
  assert.equal(written(), '');
});

test('progress shows nothing for work that is soon done', () => {
  let time = 0;
  const { stderr, written } = terminal(80);
  const progress = startProgress({ stderr }, 'verifying', () => time);
  time = 499;
  progress.update(9, 10);
  progress.end();
  assert.equal(written(), '');
});

test('progress appears after half a second, is drawn again not too often, and goes away', () => {
  let time = 0;
  const { stderr, written } = terminal(80);
  const progress = startProgress({ stderr }, 'verifying', () => time);
  time = 500;
  progress.update(2500, 10_000);
  assert.equal(written(), `\r\u001b[Kverifying ${'█'.repeat(6)}${'░'.repeat(18)}  25 %  2,500 of 10,000  2 s left`);
  time = 599;
  progress.update(2600, 10_000);
  assert.equal(written(), '');
  time = 600;
  progress.update(5000, 10_000);
  assert.match(written(), /50 %/);
  progress.end();
  assert.equal(written(), '\r\u001b[K');
  progress.end();
  assert.equal(written(), '', 'ending twice is ending once');
});

test('progress never wraps, and survives odd totals', () => {
  let time = 0;
  for (const [columns, most] of [
    [20, 19],
    [0, 79],
    [undefined, 79],
  ] as const) {
    const { stderr, written } = terminal(columns);
    const progress = startProgress({ stderr }, 'verifying', () => time);
    for (const [done, total] of [
      [0, 0],
      [5, 0],
      [20, 10],
      [0, 10],
    ] as const) {
      time += 1000;
      progress.update(done, total);
      const line = written().replace('\r\u001b[K', '');
      assert.ok(line.length > 0 && line.length <= most, line);
    }
  }
});
