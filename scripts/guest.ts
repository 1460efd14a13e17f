/**
 * Runs a command in a guest with systemd and unified cgroup v2, whatever this machine has.
 * Usage: guest.ts [--ordinary-user] [--timeout SECONDS] [-- COMMAND…]; without a command it proves the sandbox there.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { chooseAccelerator } from '../test/guest/accelerator.ts';
import { prepareImage } from '../test/guest/image.ts';
import { type MachineEnd, runMachine } from '../test/guest/machine.ts';
import { packParcel, quoteCommand } from '../test/guest/parcel.ts';
import { requirePrograms } from '../test/guest/programs.ts';

const project = join(import.meta.dirname, '..');
const cache = join(project, '.cache', 'guest');

process.exitCode = await main();

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { 'ordinary-user': { type: 'boolean', default: false }, timeout: { type: 'string', default: '3000' } },
    allowPositionals: true,
  });
  const asOrdinaryUser = values['ordinary-user'];
  const proof = `. test/guest/inside/${asOrdinaryUser ? 'prove-as-user' : 'prove'}.sh\n`;
  const script = positionals.length > 0 ? `exec ${quoteCommand(positionals)}\n` : proof;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'run-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  await requirePrograms();
  const image = await prepareImage(cache);
  const parcel = await packParcel(folder, { project, script, asOrdinaryUser });
  const accelerator = chooseAccelerator();
  if (accelerator.why !== undefined) console.error(`guest: emulated, which is slow: ${accelerator.why}`);
  const begun = performance.now();
  const end = await runMachine({ folder, accelerator, image, parcel, timeoutMs: Number(values.timeout) * 1000 });
  console.error(`guest: on for ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  return explain(end);
}

function explain(end: MachineEnd): number {
  if (end.kind === 'exited') return end.code;
  const isLate = end.kind === 'timeout';
  const what = isLate ? 'killed at its time limit' : 'went off without an exit code';
  console.error(`guest: ${what}; the end of its console:\n${end.console}`);
  return isLate ? 124 : 125;
}
