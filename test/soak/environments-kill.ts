/**
 * Kills processes that build environments of small wheels, at random moments, many times over. Usage:
 * environments-kill.ts [--kills N]. Ends with code 1 where something half-made can be leased or was stored, where something
 * leaks, or the record is not whole.
 */
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { removeTree } from '../../src/environments/index.ts';
import { killWheelBuilders } from '../environments/kill-wheel-builders.ts';

const { values } = parseArgs({ options: { kills: { type: 'string', default: '300' } } });
const folder = await mkdtemp(join(tmpdir(), 'belljar-soak-'));
await chmod(folder, 0o711);
const begun = performance.now();
try {
  const onKill = (count: number): void => {
    if (count % 30 === 0) console.log(`${count} killed, none half-made`);
  };
  const told = await killWheelBuilders({
    home: join(folder, 'home'),
    kills: Number(values.kills),
    builders: 3,
    onKill,
  });
  const seconds = Math.round((performance.now() - begun) / 1000);
  console.log(
    `environments-kill: ${told.kills} builders killed (${told.hits} in the middle), ${told.built} environments built and ` +
      `${told.leases} leased whole, 0 half-made, 0 leaked; ${told.environments} environments, ${told.storedWheels} wheels and ` +
      `${told.reclaimedBytes} bytes reclaimed, ${told.entries} entries whole, ${seconds} s`,
  );
} finally {
  await removeTree(folder);
}
