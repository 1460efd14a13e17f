/**
 * Kills processes that build environments, at random moments, many times over. Usage: environments-kill.ts [--kills N]
 * Ends with code 1 where one that is half-made can be leased, where one leaks, or the record is not whole.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { halfFolder } from '../../src/environments/index.ts';
import { killBuilders } from '../environments/kill-builders.ts';
import { openShelf } from '../support/shelf.ts';

const { values } = parseArgs({ options: { kills: { type: 'string', default: '300' } } });
const home = await mkdtemp(join(tmpdir(), 'belljar-soak-'));
const begun = performance.now();
try {
  const onKill = (count: number): void => {
    if (count % 30 === 0) console.log(`${count} killed, none half-made`);
  };
  const { kills, leased } = await killBuilders({ home, kills: Number(values.kills), builders: 3, onKill });
  await using opened = await openShelf(home);
  await opened.shelf.usage(); // sweeps what the last ones left
  const keys = (await opened.shelf.list()).map(({ key }) => key);
  assert.deepEqual((await readdir(join(opened.shelf.folder, 'built'))).sort(), keys.sort());
  assert.deepEqual(await readdir(halfFolder(opened.shelf.folder)), []);
  const { removed, afterBytes, beforeBytes } = await opened.shelf.collect({ maxBytes: 0 });
  assert.equal(removed.length, keys.length);
  const { ok, entries } = await opened.record.verify();
  assert.ok(ok);
  const seconds = Math.round((performance.now() - begun) / 1000);
  console.log(
    `environments-kill: ${kills} builders killed, ${leased} leases of whole ones, 0 half-made, 0 leaked, ` +
      `${keys.length} environments and ${beforeBytes - afterBytes} bytes reclaimed, ${entries} entries whole, ${seconds} s`,
  );
} finally {
  await rm(home, { recursive: true, force: true });
}
