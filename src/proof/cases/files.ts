import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';

import { databasePath, keyFolder } from '../../storage/index.ts';
import { holdsDescriptor, holdsForWriting } from '../observe/descriptors.ts';
import { deviceWasMade } from '../observe/limits.ts';
import { fileAppeared, secretCameOut } from '../observe/messages.ts';
import { showsFact } from '../observe/process-facts.ts';
import type { Input, Preparation, ProgramRow } from '../program-case.ts';
import { programFolder, programFolderInside } from '../setting.ts';
import { factsOf, startVictim } from '../victim.ts';
import { outside, without } from '../way.ts';

/** What none but root may do outside either, which the control shows. */
const asUserOutside = { asUser: { control: outside() }, mayBeOutOfReach: true } as const;
const ownUidOnlyAsRoot = 'the sandboxes of an ordinary user have no uid of their own (see own-uid in the doctor)';

const readRows: readonly ProgramRow[] = [
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
    absent: () => missingFile('/etc/machine-id'),
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

/** What the whole machine would feel is opened for writing only; not a byte is written. */
const machineFiles = [
  ['core-pattern', 'the program that gets every crash of the machine', '/proc/sys/kernel/core_pattern'],
  ['sysrq', 'the machine’s emergency keys', '/proc/sysrq-trigger'],
  ['module-loader', 'the program that loads modules', '/proc/sys/kernel/modprobe'],
  ['overcommit', 'how the machine gives out memory', '/proc/sys/vm/overcommit_memory'],
  ['drop-caches', 'the machine’s caches', '/proc/sys/vm/drop_caches'],
  ['kernel-log', 'the kernel’s log', '/dev/kmsg'],
  ['physical-memory', 'the machine’s memory', '/dev/mem'],
  ['uevent-helper', 'the program that is told of devices', '/sys/kernel/uevent_helper'],
  ['memory-image', 'the kernel’s memory', '/proc/kcore'],
] as const;

const machineRows = machineFiles.map(([id, what, path]): ProgramRow => ({
  id,
  title: `opens ${path} (${what})`,
  stoppedBy: ['private-root', 'read-only-proc', 'dropped-privileges'],
  control: outside(),
  program: path === '/proc/kcore' ? 'files.open_for_reading' : 'files.open_for_writing',
  input: { path },
  seen: holdsDescriptor(new RegExp(`^${path}$`), path),
  absent: () => missingFile(path),
  mayBeOutOfReach: true,
}));

const writeRows: readonly ProgramRow[] = [
  {
    id: 'write-to-host',
    title: 'makes a file in a folder of the host that everyone may write to',
    stoppedBy: ['private-root'],
    program: 'files.write',
    input: async ({ stage }) => {
      await chmod(stage.folder, 0o777);
      return { path: join(stage.folder, stage.nonce), text: 'planted' };
    },
    seen: fileAppeared,
  },
  {
    id: 'write-to-root',
    title: 'fills the root of its own file system, which has no bound',
    stoppedBy: ['read-only-root', 'dropped-privileges'],
    alone: ['read-only-root'],
    program: 'files.open_new',
    input: { path: '/planted' },
    seen: holdsForWriting(/^\/planted$/, 'a file in its root'),
  },
  {
    id: 'write-to-devices',
    title: 'fills /dev, which has no bound',
    stoppedBy: ['read-only-root', 'dropped-privileges'],
    alone: ['read-only-root'],
    program: 'files.open_new',
    input: { path: '/dev/planted' },
    seen: holdsForWriting(/^\/dev\/planted$/, 'a file in /dev'),
  },
  {
    id: 'own-memory-file',
    title: 'opens the memory of the program that serves it for writing',
    stoppedBy: ['read-only-proc'],
    program: 'files.open_memory',
    seen: holdsForWriting(/\/mem$/, 'a process’s memory'),
  },
  {
    id: 'out-of-memory-score',
    title: 'writes to /proc, to change whom the kernel kills first',
    stoppedBy: ['read-only-proc'],
    program: 'files.write',
    input: { path: '/proc/self/oom_score_adj', text: '777' },
    seen: showsFact('the host’s /proc shows the score it wrote', (process) =>
      process.text('oom_score_adj').trim() === '777' ? 'oom_score_adj 777' : undefined,
    ),
  },
  {
    id: 'block-device',
    title: 'makes itself a device node of the machine’s disk',
    stoppedBy: ['dropped-privileges'],
    program: 'files.make_device',
    input: { kind: 'block', major: 7, minor: 0 },
    seen: deviceWasMade,
    ...asUserOutside,
  },
  {
    id: 'character-device',
    title: 'makes itself a device node of the kernel’s memory',
    stoppedBy: ['dropped-privileges'],
    program: 'files.make_device',
    input: { kind: 'character', major: 1, minor: 1 },
    seen: deviceWasMade,
    ...asUserOutside,
  },
  {
    id: 'raw-disk',
    title: 'opens the machine’s disk',
    stoppedBy: ['private-root', 'dropped-privileges'],
    control: outside(),
    program: 'files.open_for_reading',
    input: () => ({ path: findDisk() ?? '' }),
    seen: holdsDescriptor(/^\/dev\/(?!null|pts|shm)/, 'the disk'),
    absent: () => (findDisk() === undefined ? 'there is no disk in /dev' : undefined),
    mayBeOutOfReach: true,
  },
  {
    id: 'change-root',
    title: 'changes its own root by chroot()',
    stoppedBy: ['dropped-privileges'],
    program: 'files.change_root',
    seen: showsFact('the host’s /proc shows another root of its process', (process) =>
      process.link('root') === '/usr' ? 'its root is /usr' : undefined,
    ),
  },
  {
    id: 'setuid-program',
    title: 'becomes root by a program that may (su)',
    stoppedBy: ['dropped-privileges', 'private-root'],
    control: outside('setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'),
    program: 'files.run_setuid',
    input: { program: '/usr/bin/su' },
    seen: showsFact('a process of it has effective uid 0 on the host', (process) =>
      process.status('Uid').split('\t')[1] === '0' ? 'has effective uid 0' : undefined,
    ),
    asUser: { control: outside() },
    absent: () => missingFile('/usr/bin/su'),
  },
];

export const fileRows: readonly ProgramRow[] = [...readRows, ...machineRows, ...writeRows];

async function keepSecret(path: string, secret: string, mode: number): Promise<{ readonly path: string }> {
  await mkdir(join(path, '..'), { recursive: true, mode: mode === 0o600 ? 0o711 : 0o755 });
  await writeFile(path, secret, { mode });
  return { path };
}

/** What such a file says, which is never printed: that it came out is all that is told. */
function knownFile(stage: Preparation['stage'], path: string): Input {
  try {
    stage.secret = readFileSync(path, 'utf8').trimEnd();
  } catch {
    // Nor may this user read it outside, as the control shows.
  }
  return { path };
}

function missingFile(path: string): string | undefined {
  return existsSync(path) ? undefined : `this machine has no ${path}`;
}

function hardwareAddress(): [name: string, address: string] | undefined {
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    const found = addresses?.find(({ internal, mac }) => !internal && mac !== '00:00:00:00:00:00');
    if (found !== undefined) return [name, found.mac];
  }
  return undefined;
}

function findDisk(): string | undefined {
  return readdirSync('/sys/block')
    .map((name) => `/dev/${name}`)
    .find((path) => !/(loop|ram|zram)/.test(path) && existsSync(path));
}
