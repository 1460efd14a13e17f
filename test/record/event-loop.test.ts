import assert from 'node:assert/strict';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { test } from 'node:test';

import { OtherProcess } from '../storage/other-process.ts';
import { openTemporaryRecord } from './temporary-record.ts';

const holdLock = new URL('../storage/fixtures/hold-lock.ts', import.meta.url);

test('reads and timers go on while another process keeps the database locked and an append waits', async (context) => {
  const { record, path } = await openTemporaryRecord(context);
  await record.append({ action: 'a.before' });
  await using other = new OtherProcess(holdLock, [path, '2000']);
  assert.equal(await other.nextLine(), 'locked');
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  const seen = { timers: 0, reads: 0, isAppended: false };
  const appending = record.append({ action: 'a.waited' }).finally(() => (seen.isAppended = true));
  const timer = setInterval(() => seen.timers++, 1);
  // Turns until the append is through, which the lock prevents for two seconds.
  while (!seen.isAppended) {
    const [newest] = await record.tail({ limit: 1 });
    if (newest?.action === 'a.before') seen.reads++;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  clearInterval(timer);
  delays.disable();
  assert.equal((await appending).seq, 3);
  assert.equal(await other.nextLine(), 'released');
  assert.ok(seen.reads > 10 && seen.timers > 10, JSON.stringify(seen));
  const longestMs = (delays.max / 1e6).toFixed(1);
  context.diagnostic(
    `during 2 s of a foreign lock: ${seen.reads} reads, ${seen.timers} timers, longest pause ${longestMs} ms`,
  );
});
