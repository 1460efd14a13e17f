import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import type { ProofCase, Side, Sighting } from './case.ts';
import type { Setting } from './setting.ts';
import { Stage } from './stage.ts';

const protection = 'covered-descriptors';
const program = fileURLToPath(new URL('./forgetful-host.ts', import.meta.url));
/** Beyond those that a launch has a use for. */
const descriptor = 20;

/** The one attack that needs a host of its own: a process cannot come by a descriptor that it was not started with. */
export const forgottenDescriptor: ProofCase = {
  id: 'forgotten-descriptor',
  family: 'files',
  title: 'reads a file by a descriptor that whoever started the host forgot to close',
  protections: [protection],
  observed: 'a secret that it was never told comes out of it',
  control: `without ${protection}`,
  requires: undefined,
  mayBeOutOfReach: false,
  findAbsence: () => undefined,
  attempt,
};

async function attempt(side: Side, setting: Setting): Promise<Sighting> {
  await using stage = await Stage.set();
  await using file = await open(join(stage.folder, 'secret'), 'w+', 0o600);
  await file.write(stage.secret);
  const output = Buffer.from(await runForgetfulHost(side, file.fd, setting), 'base64');
  const seen = output.includes(stage.secret) ? 'the host’s secret came out on the control stream' : undefined;
  const word = /^@over (.*)$/m.exec(output.toString('latin1'))?.[1] ?? 'said nothing';
  return { seen, hasTried: word.startsWith('did'), word };
}

async function runForgetfulHost(side: Side, fd: number, setting: Setting): Promise<string> {
  const lifted = side === 'control' ? protection : '';
  const gap = Array.from({ length: descriptor - 3 }, () => 'ignore' as const);
  const child = spawn(process.execPath, [...process.execArgv, program, lifted, setting.interpreter.executable], {
    stdio: ['ignore', 'pipe', 'ignore', ...gap, fd],
    ...(setting.signal && { signal: setting.signal, killSignal: 'SIGTERM' }),
  });
  if (child.stdout === null) return '';
  const [output] = await Promise.all([text(child.stdout), Promise.race([once(child, 'close'), once(child, 'error')])]);
  return output;
}
