import { readFileSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';

import { databasePath, keyFolder } from '../../storage/index.ts';
import { secretCameOut } from '../observe/messages.ts';
import type { Input, Preparation, ProgramRow } from '../program-case.ts';
import { programFolder, programFolderInside } from '../setting.ts';
import { factsOf, startVictim } from '../victim.ts';
import { outside, without } from '../way.ts';
import { missingFile } from './missing-file.ts';

/** What none but root may do outside either, which the control shows. */
const asUserOutside = { asUser: { control: outside() }, mayBeOutOfReach: true } as const;
const ownUidOnlyAsRoot = 'the sandboxes of an ordinary user have no uid of their own (see own-uid in the doctor)';

export const readRows: readonly ProgramRow[] = [
  {
    id: 'readable-file',
    title: 'reads a file of the host that everyone may read',
    stoppedBy: ['private-root'],
    program: 'files.read',
    input: ({ stage }) => keepSecret(join(stage.folder, 'readable'), stage.secret, 0o644),
    seen: secretCameOut,
  },
  {
    id: 'readable-file-by-dots',
    title: 'reads it by climbing out of its own folder',
    stoppedBy: ['private-root'],
    program: 'files.read',
    input: async ({ stage }) => {
      const { path } = await keepSecret(join(stage.folder, 'readable'), stage.secret, 0o644);
      return { path: `/proc/self/cwd/../../../../..${path}` };
    },
    seen: secretCameOut,
  },
  {
    id: 'readable-file-by-link',
    title: 'reads it by a symbolic link that it plants in its own folder',
    stoppedBy: ['private-root'],
    program: 'files.read_by_link',
    input: ({ stage }) => keepSecret(join(stage.folder, 'readable'), stage.secret, 0o644),
    seen: secretCameOut,
  },
  {
    id: 'home-database',
    title: 'reads the database of Belljar’s home',
    stoppedBy: ['private-root', 'dropped-privileges'],
    alone: ['private-root'],
    program: 'files.read',
    input: ({ stage }) => keepSecret(databasePath(join(stage.folder, 'home')), stage.secret, 0o600),
    seen: secretCameOut,
  },
  {
    id: 'home-keys',
    title: 'reads the signing keys of Belljar’s home',
    stoppedBy: ['private-root', 'dropped-privileges'],
    alone: ['private-root'],
    program: 'files.read',
    input: ({ stage }) => keepSecret(join(keyFolder(join(stage.folder, 'home')), 'key'), stage.secret, 0o600),
    seen: secretCameOut,
  },
  {
    id: 'another-workspace',
    title: 'reads the files of another workspace where Belljar’s home keeps them',
    stoppedBy: ['private-root', 'dropped-privileges'],
    alone: ['private-root'],
    program: 'files.read',
    input: ({ stage }) => keepSecret(join(stage.folder, 'home/volumes/other/kept'), stage.secret, 0o600),
    seen: secretCameOut,
  },
  {
    id: 'home-keys-by-uid',
    title: 'reads these keys where the host’s files are in sight and only its uid stands in the way',
    stoppedBy: ['dropped-privileges'],
    attack: without('private-root'),
    control: without('private-root', 'dropped-privileges'),
    program: 'files.read',
    input: ({ stage }) => keepSecret(join(keyFolder(join(stage.folder, 'home')), 'key'), stage.secret, 0o600),
    seen: secretCameOut,
    asUser: { absent: ownUidOnlyAsRoot },
  },
  {
    id: 'users',
    title: 'reads who the users of the machine are',
    stoppedBy: ['private-root'],
    program: 'files.read',
    input: ({ stage }) => knownFile(stage, '/etc/passwd'),
    seen: secretCameOut,
  },
  {
    id: 'passwords',
    title: 'reads the passwords of the machine’s users',
    stoppedBy: ['private-root', 'dropped-privileges'],
    alone: ['private-root'],
    program: 'files.read',
    input: ({ stage }) => knownFile(stage, '/etc/shadow'),
    seen: secretCameOut,
    ...asUserOutside,
  },
  {
    id: 'machine-id',
    title: 'reads the machine’s id',
    stoppedBy: ['private-root'],
    program: 'files.read',
    input: ({ stage }) => knownFile(stage, '/etc/machine-id'),
    seen: secretCameOut,
    absent: () => missingFile('/etc/machine-id') ?? emptyFile('/etc/machine-id'),
  },
  {
    id: 'hardware-address',
    title: 'reads the network card’s address from /sys',
    stoppedBy: ['private-root', 'network-namespace'],
    alone: ['private-root'],
    program: 'files.read_all',
    input: ({ stage }) => {
      const [name, address = ''] = hardwareAddress() ?? [];
      stage.secret = address;
      return { paths: [`/sys/class/net/${name}/address`] };
    },
    seen: secretCameOut,
    absent: () => (hardwareAddress() === undefined ? 'there is no network card' : undefined),
  },
  {
    id: 'hostname',
    title: 'asks for the machine’s name',
    stoppedBy: ['uts-namespace'],
    program: 'files.tell_names',
    input: ({ stage }) => {
      stage.secret = hostname();
      return {};
    },
    seen: secretCameOut,
    absent: () => (hostname() === 'belljar' ? 'the machine is called as every sandbox is' : undefined),
  },
  {
    id: 'server-environment',
    title: 'reads the environment of every process it can name',
    stoppedBy: ['pid-namespace', 'dropped-privileges'],
    alone: ['pid-namespace'],
    program: 'files.read_of_every_process',
    input: async (preparation) => {
      const { secret } = preparation.stage;
      await startVictim(preparation, { program: 'victims.wait', env: { SECRET: secret } });
      return { file: 'environ' };
    },
    seen: secretCameOut,
    asUser: { control: outside() },
  },
  {
    id: 'root-of-another',
    title: 'reads a file of the host by /proc/PID/root of every process it can name',
    stoppedBy: ['pid-namespace', 'dropped-privileges'],
    alone: ['pid-namespace'],
    program: 'files.read_of_every_process',
    input: async ({ stage }) => {
      const { path } = await keepSecret(join(stage.folder, 'readable'), stage.secret, 0o644);
      return { file: `root${path}` };
    },
    seen: secretCameOut,
    asUser: { control: outside() },
  },
  {
    id: 'another-sandbox',
    title: 'reads a file of another sandbox',
    stoppedBy: ['pid-namespace', 'dropped-privileges'],
    alone: ['pid-namespace'],
    program: 'files.read_of_every_process',
    input: async (preparation) => {
      const { secret } = preparation.stage;
      await startVictim(preparation, { program: 'victims.keep_file', input: { secret }, way: without() });
      return { file: 'root/workspace/kept' };
    },
    seen: secretCameOut,
    asUser: { control: outside() },
  },
  {
    id: 'file-by-handle',
    title: 'opens a file of the host by its number, past every folder',
    stoppedBy: ['system-call-filter', 'dropped-privileges'],
    alone: ['system-call-filter', 'dropped-privileges'],
    program: 'files.read_by_handle',
    input: async (preparation) => {
      const { stage, way } = preparation;
      knownFile(stage, '/etc/passwd');
      const victim = await startVictim(preparation, { program: 'files.handle_of', input: { path: '/etc/passwd' } });
      return { mount: way.kind === 'outside' ? programFolder : programFolderInside, ...factsOf(victim) };
    },
    seen: secretCameOut,
    absent: () =>
      statSync(programFolder).dev === statSync('/etc/passwd').dev ? undefined : '/etc lies on another disk',
    ...asUserOutside,
  },
];

async function keepSecret(path: string, secret: string, mode: number): Promise<{ readonly path: string }> {
  await mkdir(join(path, '..'), { recursive: true, mode: mode === 0o600 ? 0o711 : 0o755 });
  await writeFile(path, secret, { mode });
  return { path };
}

/** What such a file says, which is never printed: that it came out is all that is told. */
function knownFile(stage: Preparation['stage'], path: string): Input {
  try {
    stage.secret = readFileSync(path, 'utf8').trimEnd() || stage.secret;
  } catch {
    // Nor may this user read it outside, as the control shows.
  }
  return { path };
}

function hardwareAddress(): [name: string, address: string] | undefined {
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    const found = addresses?.find(({ internal, mac }) => !internal && mac !== '00:00:00:00:00:00');
    if (found !== undefined) return [name, found.mac];
  }
  return undefined;
}

function emptyFile(path: string): string | undefined {
  return statSync(path).size === 0 ? `${path} is empty here` : undefined;
}
