import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { openHomeRecord } from '../../src/record/index.ts';

export interface KillRound {
  readonly acknowledged: number;
  readonly entries: number;
}

const writers = 4;
const appender = fileURLToPath(new URL('./fixtures/append-forever.ts', import.meta.url));
const longestLifeMs = 250;
const longestStartMs = 600;

/**
 * Four processes append to one home until each is killed at a moment of its own; then the chain must be whole, every
 * acknowledged entry on it, and the next append must follow.
 */
export async function runKillRound(home: string): Promise<KillRound> {
  const outcomes = await Promise.allSettled(
    Array.from({ length: writers }, (_, writer) => appendUntilKilled(home, writer)),
  );
  // Only now that all of them are gone: none may live on behind a failed round.
  const acknowledged = outcomes.flatMap((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
  await using opened = await openHomeRecord(home);
  const { record } = opened;
  const control = await record.append({ action: 'test.control' });
  const result = await record.verify();
  assert.equal(result.ok, true, JSON.stringify(result.bad));
  assert.equal(result.entries, control.seq);
  const hashes = new Map<number, string>();
  for await (const { seq, hash } of record.entries()) hashes.set(seq, hash);
  for (const line of acknowledged) {
    const [seq, hash] = line.split(' ');
    assert.equal(hashes.get(Number(seq)), hash, `entry ${seq} was acknowledged and is not there`);
  }
  return { acknowledged: acknowledged.length, entries: result.entries };
}

/** Resolves to the lines of what was acknowledged. */
async function appendUntilKilled(home: string, writer: number): Promise<string[]> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', appender, home, `writer-${writer}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  const closed = once(child, 'close');
  // Most die while they write, some while they open the home, make the key or begin the record.
  if (Math.random() < 0.75) {
    await Promise.race([once(child.stdout, 'data'), closed]);
    await delay(Math.random() * longestLifeMs);
  } else {
    await delay(Math.random() * longestStartMs);
  }
  await kill(child, closed);
  const lines = text.split('\n');
  // The last piece has no end of line: it was not printed whole.
  lines.pop();
  return lines;
}

async function kill(child: ChildProcess, closed: Promise<unknown[]>): Promise<void> {
  assert.equal(child.exitCode, null, 'a writer ended before it was killed');
  child.kill('SIGKILL');
  const [, signal] = await closed;
  assert.equal(signal, 'SIGKILL');
}
