import { createHash } from 'node:crypto';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { OtherProcess } from '../storage/other-process.ts';
import { openShelf } from '../support/shelf.ts';

export interface KillOptions {
  readonly home: string;
  readonly kills: number;
  /** How many build at once. */
  readonly builders: number;
  readonly onKill?: (count: number) => void;
}

const obtain = new URL('fixtures/obtain.ts', import.meta.url);
const filesPerTree = 100;
const longestLifeMs = 400;

/**
 * Has several processes build the same environments, one after the other, and kills one after the other at a random moment,
 * while another looks at all that can be leased: at least so often, and until something could be. Throws where something
 * that can be leased is not whole.
 */
export async function killBuilders({ home, kills, builders, onKill }: KillOptions) {
  let leased = 0;
  let count = 0;
  const work = async (): Promise<void> => {
    while (count < kills || (leased === 0 && count < 10 * kills)) {
      count += 1;
      const round = count;
      await using builder = new OtherProcess(obtain, [home, String(filesPerTree), ...locksOf(round)]);
      await builder.nextLine();
      await delay(Math.random() * longestLifeMs);
      builder.child.kill('SIGKILL');
      await builder.exit();
      leased += await lookAtAll(home);
      onKill?.(round);
    }
  };
  await Promise.all(Array.from({ length: builders }, work));
  return { kills: count, leased };
}

/** Those of neighbouring rounds overlap, so that several ask for the same. */
function locksOf(round: number): string[] {
  const first = Math.floor(round / 3) * 2;
  return [0, 1, 2, 3].map((step) =>
    createHash('sha256')
      .update(String(first + step))
      .digest('hex'),
  );
}

/** A new process's view: it sweeps, and leases each. */
async function lookAtAll(home: string): Promise<number> {
  await using opened = await openShelf(home);
  let leased = 0;
  for (const { key } of await opened.shelf.list()) {
    using lease = await opened.shelf.lease(key);
    if (lease === undefined) continue;
    await access(join(lease.folder, 'whole'));
    leased += 1;
  }
  return leased;
}
