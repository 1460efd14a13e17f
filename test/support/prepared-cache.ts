import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where `npm test` has a home made once, of which each test takes what every home makes for itself. */
export const preparedHome = join(import.meta.dirname, '../../.cache/test-home');

/**
 * Fills the cache of a home with what its first run would make and force to the disk, file by file, which takes longer
 * than most tests: the programs seen inside, the compiled runner, what the machine's Pythons answered. Names say what is
 * in them, so what is out of date is not looked at. Without a prepared home nothing is done, and all is made anew.
 */
export function prepareCache(cache: string): void {
  if (!existsSync(join(preparedHome, 'cache')) || existsSync(cache)) return;
  mkdirSync(cache, { recursive: true, mode: 0o711 });
  const from = join(preparedHome, 'cache', '.');
  const { status } = spawnSync('cp', ['-a', '--link', '--', from, cache]);
  // Another file system.
  if (status !== 0) spawnSync('cp', ['-a', '--', from, cache]);
}
