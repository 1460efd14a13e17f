import { findHomeRecord, type HomeRecord } from '../record/index.ts';
import { resolveHome } from '../storage/index.ts';
import type { Invocation } from './command.ts';
import { toVisible } from './terminal-text.ts';

/** The record of this invocation's home, closed at the end; undefined where nothing was ever recorded. */
export async function withHomeRecord<T>(
  { io, signal }: Invocation,
  work: (home: HomeRecord | undefined) => Promise<T>,
): Promise<T> {
  await using home = await findHomeRecord(resolveHome(io.env), { signal });
  return await work(home);
}

/** What a person reads who asks before anything has happened. */
export function describeNothing({ io }: Invocation): string {
  return `There is nothing on the record of ${toVisible(resolveHome(io.env))} yet: it begins with the first run.`;
}
