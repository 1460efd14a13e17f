import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';

import type { AttemptFiles } from '../attempt.ts';
import { filePastLimit, filesPastLimit, spacePastLimit } from '../observe/limits.ts';
import { fileAppeared, secretCameOut } from '../observe/messages.ts';
import { showsFact } from '../observe/process-facts.ts';
import type { Preparation, ProgramRow } from '../program-case.ts';
import { startVictim } from '../victim.ts';
import { allowing, isAllowed, outside, without } from '../way.ts';

const mebibyte = 1 << 20;
/** What an attack may keep, and what a control that is allowed more may. */
const bounds = { maxBytes: 8 * mebibyte, maxFiles: 128 } as const;
const widerBounds = { maxBytes: 64 * mebibyte, maxFiles: 4096 } as const;

/** Files of its own that outlive it, in a folder of volumes that is the stage's. */
function keepFiles({ stage, way }: Preparation, name = 'own'): AttemptFiles {
  return { folder: join(stage.folder, 'volumes'), name, ...(isAllowed(way) ? widerBounds : bounds) };
}

function giveFiles(preparation: Preparation): void {
  preparation.stage.files = keepFiles(preparation);
}

const bounded = {
  stoppedBy: [],
  stoppedByWords: 'a file system of fixed size for each workspace',
  control: allowing('a bound far beyond it'),
} as const;

const rows: readonly ProgramRow[] = [
  {
    id: 'workspace-bytes',
    title: 'fills the files that it may keep past their bound',
    ...bounded,
    program: 'exhaustion.disk',
    input: (preparation) => {
      giveFiles(preparation);
      return { size: 16 * mebibyte };
    },
    seen: spacePastLimit('/workspace', () => bounds.maxBytes),
  },
  {
    id: 'workspace-names',
    title: 'keeps more files than it may',
    ...bounded,
    program: 'exhaustion.files',
    input: (preparation) => {
      giveFiles(preparation);
      return { count: 300 };
    },
    seen: filesPastLimit('/workspace', () => bounds.maxFiles),
  },
  {
    id: 'workspace-giant',
    title: 'keeps a file larger than a file may be, all of it hole',
    stoppedBy: ['resource-limits'],
    program: 'exhaustion.large_file',
    input: (preparation) => {
      giveFiles(preparation);
      return { size: 2 ** 40 };
    },
    seen: filePastLimit,
  },
  {
    id: 'workspace-of-another',
    title: 'reads the files of another workspace, where the host has mounted them',
    stoppedBy: ['private-root', 'dropped-privileges'],
    alone: ['private-root', 'dropped-privileges'],
    program: 'files.read_all',
    input: async (preparation) => {
      const { stage } = preparation;
      giveFiles(preparation);
      const files = keepFiles(preparation, 'another');
      const input = { secret: stage.secret, path: '/workspace/secret' };
      await startVictim(preparation, { program: 'victims.keep_in_workspace', input, files, way: without() });
      return { paths: findMounts(files.folder).map((folder) => join(folder, 'files', 'secret')) };
    },
    seen: secretCameOut,
  },
  {
    id: 'workspace-link',
    title: 'keeps a link to a folder of the host, and writes through it',
    stoppedBy: ['private-root'],
    program: 'files.write_by_link',
    input: async (preparation) => {
      const { stage } = preparation;
      giveFiles(preparation);
      await chmod(stage.folder, 0o777);
      return { folder: stage.folder, name: stage.nonce };
    },
    seen: fileAppeared,
  },
  {
    id: 'workspace-setuid-program',
    title: 'runs a program of root’s that gives rights, planted among its files before',
    stoppedBy: ['dropped-privileges'],
    stoppedByWords: 'a mount where no program gives rights, and rights that none can give',
    control: outside('setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'),
    program: 'files.run_planted',
    input: async (preparation) => {
      const isOutside = preparation.way.kind === 'outside';
      giveFiles(preparation);
      const { files, folder } = preparation.stage;
      const path = join(isOutside ? folder : '/workspace', 'program');
      const plant = { program: 'victims.plant_program', input: { path } };
      const planter = without('dropped-privileges', 'system-call-filter');
      await startVictim(preparation, isOutside || files === undefined ? plant : { ...plant, files, way: planter });
      return { path };
    },
    seen: showsFact('a process of it has effective uid 0 on the host', (process) =>
      process.status('Uid').split('\t')[1] === '0' ? 'has effective uid 0' : undefined,
    ),
  },
];

function findMounts(folder: string): string[] {
  const points = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return points.map((line) => line.split(' ')[4] ?? '').filter((point) => point.startsWith(`${folder}/`));
}

function findLack(): string | undefined {
  if (!existsSync('/dev/loop-control')) return 'this machine has no loop devices for the files of workspaces';
  return spawnSync('mke2fs', ['-V']).status === 0 ? undefined : 'this machine has no mke2fs';
}

/** An ordinary user's are plain folders, whose bound is watched: see the threat model. */
export const workspaceRows = rows.map((row): ProgramRow => ({
  ...row,
  asUser: { absent: 'only root can give a workspace a file system of its own' },
  absent: findLack,
}));
