import { access, readFile } from 'node:fs/promises';

import { findMissing } from './programs.ts';

/** Whether this process can hold files to a bound by giving them a file system of their own. */
export type VolumeMeans =
  { readonly kind: 'image' } | { readonly kind: 'folder'; readonly why: string; readonly remedy: string };

const programs = ['mke2fs', 'resize2fs', 'losetup', 'mount', 'umount', 'flock'];
const capSysAdmin = 21n;

/** Looks, starts nothing; a mount that fails all the same says so when it is tried. */
export async function findVolumeMeans(): Promise<VolumeMeans> {
  if (process.getuid?.() !== 0) {
    return {
      kind: 'folder',
      why: 'only root can mount a file system of fixed size',
      remedy: 'Start Belljar as root for a bound that the kernel holds.',
    };
  }
  const missing = await findMissing(programs);
  if (missing !== undefined) {
    const packages = 'util-linux, mount and e2fsprogs';
    return { kind: 'folder', why: `${missing} is not installed`, remedy: `Install ${packages}.` };
  }
  const capabilities = /^CapEff:\s*([0-9a-f]+)/m.exec(await readFile('/proc/self/status', 'utf8'))?.[1] ?? '0';
  if (((BigInt(`0x${capabilities}`) >> capSysAdmin) & 1n) === 0n) {
    return {
      kind: 'folder',
      why: 'this root may not mount',
      remedy: 'Give it CAP_SYS_ADMIN and loop devices.',
    };
  }
  return access('/dev/loop-control').then(
    () => ({ kind: 'image' }),
    () => ({
      kind: 'folder',
      why: 'there are no loop devices',
      remedy: 'Load the loop module; show /dev/loop-control.',
    }),
  );
}
