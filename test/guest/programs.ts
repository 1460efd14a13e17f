import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The Debian package of each program that a guest is made and run with. */
const packageOf = {
  'qemu-system-x86_64': 'qemu-system-x86',
  debootstrap: 'debootstrap',
  mke2fs: 'e2fsprogs',
  git: 'git',
  unshare: 'util-linux',
} as const;

/** Ordinary users do not search the folders of the system’s programs. */
const searched = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];

/** Installs what is missing where we may, else names the command. */
export async function requirePrograms(): Promise<void> {
  const missing = packagesFor((program) => searched.some((folder) => isProgram(join(folder, program))));
  if (missing.length === 0) return;
  const install = ['install', '-y', '-q', '--no-install-recommends', ...missing];
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) {
    throw new Error(`missing on this machine; run: sudo apt-get ${install.join(' ')}`);
  }
  console.error(`guest: installing with apt-get: ${missing.join(' ')}`);
  await run('apt-get', ['update', '-q']);
  await run('apt-get', install);
}

export function packagesFor(isThere: (program: string) => boolean): string[] {
  return Object.entries(packageOf).flatMap(([program, name]) => (isThere(program) ? [] : [name]));
}

/** Runs a program to its end, silently; what it printed is told where it failed. */
export async function run(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(program, args, {
    env: { ...process.env, PATH: searched.join(delimiter), DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let tail = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (tail = (tail + text).slice(-4000)));
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${program} failed with ${code}:\n${tail}`);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
