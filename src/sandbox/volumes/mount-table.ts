import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

import { type ProgramEnd, runProgram } from './programs.ts';

/** The mount points of this process's namespace that lie below a folder, the deepest first. */
export async function mountPointsBelow(folder: string): Promise<string[]> {
  const table = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  return parseMountPoints(table)
    .filter((point) => point.startsWith(`${folder}/`))
    .sort((one, other) => other.length - one.length);
}

/** Whether something is mounted there; where that cannot be found out it may be. */
export async function isMounted(mountPoint: string): Promise<boolean> {
  const table = await readFile('/proc/self/mountinfo', 'utf8').catch(() => undefined);
  return table === undefined || parseMountPoints(table).includes(mountPoint);
}

/** The fifth word of each line, with what the kernel wrote in octal. */
export function parseMountPoints(table: string): string[] {
  return table.split('\n').flatMap((line) => {
    const point = line.split(' ')[4];
    return point === undefined
      ? []
      : [point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)))];
  });
}

/** A process of the host that just looks there keeps it busy for a moment; then it goes as soon as that one leaves. */
export async function unmount(mountPoint: string): Promise<ProgramEnd> {
  for (let patience = 20; patience > 0; patience--) {
    const { code, said } = await runProgram('umount', ['--no-canonicalize', '--', mountPoint]);
    if (code === 0 || !said.includes('busy')) return { code, said };
    await delay(25);
  }
  return runProgram('umount', ['--no-canonicalize', '--lazy', '--', mountPoint]);
}
