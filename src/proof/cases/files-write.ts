import { existsSync, readdirSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';

import { holdsDescriptor, holdsForWriting } from '../observe/descriptors.ts';
import { deviceWasMade } from '../observe/limits.ts';
import { fileAppeared } from '../observe/messages.ts';
import { showsFact } from '../observe/process-facts.ts';
import type { ProgramRow } from '../program-case.ts';
import { outside } from '../way.ts';
import { missingFile } from './missing-file.ts';

/** What none but root may do outside either, which the control shows. */
const asUserOutside = { asUser: { control: outside() }, mayBeOutOfReach: true } as const;

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

export const machineRows = machineFiles.map(([id, what, path]): ProgramRow => ({
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

export const writeRows: readonly ProgramRow[] = [
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

function findDisk(): string | undefined {
  return readdirSync('/sys/block')
    .map((name) => `/dev/${name}`)
    .find((path) => !/(loop|ram|zram)/.test(path) && existsSync(path));
}
