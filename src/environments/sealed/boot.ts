import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * What is written is not forced to the disk file by file, which would take longer than all else. A machine that loses its
 * power may so lose content of files that have their names already: what was sealed under an earlier start of the machine
 * is read again before it is believed, and then once for this start.
 */
async function findBoot(): Promise<string> {
  const text = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  return text.trim();
}

/** Whether what lies in the folder was sealed, or read again, since the machine started; false where it does not tell. */
export async function isOfThisBoot(folder: string): Promise<boolean> {
  const [boot, stamp] = await Promise.all([findBoot(), readFile(join(folder, 'boot'), 'utf8').catch(() => '')]);
  return boot !== '' && stamp === boot;
}

export async function stampBoot(folder: string): Promise<void> {
  const half = join(folder, `boot.${process.pid}`);
  await writeFile(half, await findBoot(), { mode: 0o644 });
  await rename(half, join(folder, 'boot'));
}
