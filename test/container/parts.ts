import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { findMirror } from '../guest/mirror.ts';
import { run } from '../guest/programs.ts';

const suite = 'bookworm';
const enginePackages = ['docker.io', 'containerd', 'runc', 'tini'];
const imagePackages = ['bubblewrap', 'python3', 'util-linux', 'libatomic1', 'libstdc++6'];

/** An engine of Docker's, unpacked and not installed, and a root file system for its containers. */
export interface ContainerParts {
  readonly engine: string;
  readonly archive: string;
}

/** Made once and kept below the cache, of Debian's packages; made anew when the recipe changes. */
export async function prepareParts(cache: string): Promise<ContainerParts> {
  const recipe = createHash('sha256')
    .update(JSON.stringify([suite, enginePackages, imagePackages]))
    .digest('hex');
  const folder = join(cache, recipe.slice(0, 12));
  if (!existsSync(folder)) await makeParts(cache, folder);
  return { engine: join(folder, 'engine'), archive: join(folder, 'image.tar') };
}

/** In a folder of its own that is renamed last: whoever finds the parts finds them whole. */
async function makeParts(cache: string, folder: string): Promise<void> {
  console.error('container: making the engine and the image (once, some minutes)…');
  const building = join(cache, `building-${process.pid}`);
  const tree = join(building, 'tree');
  mkdirSync(building, { recursive: true });
  try {
    await run('apt-get', ['update', '-q']);
    if (!existsSync('/usr/sbin/debootstrap')) await run('apt-get', ['install', '-y', '-q', 'debootstrap']);
    await run('sh', ['-c', 'cd "$0" && apt-get download "$@"', building, ...enginePackages]);
    for (const name of readdirSync(building).filter((file) => file.endsWith('.deb'))) {
      await run('dpkg', ['-x', join(building, name), join(building, 'engine')]);
      rmSync(join(building, name));
    }
    const include = `--include=${imagePackages.join(',')}`;
    const alone = ['--mount', '--propagation', 'private'];
    await run('unshare', [...alone, 'debootstrap', '--variant=minbase', include, suite, tree, findMirror(suite)]);
    await run('tar', ['-C', tree, '-cf', join(building, 'image.tar'), '.']);
    rmSync(tree, { recursive: true });
    renameSync(building, folder);
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
}
