import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { findMirror } from './mirror.ts';
import { run } from './programs.ts';

/** What a machine of QEMU's boots from. */
export interface GuestImage {
  readonly disk: string;
  readonly kernel: string;
  readonly initrd: string;
}

export const ordinaryUser = 'person';

const suite = 'bookworm';

const packages = [
  'bubblewrap',
  'dbus',
  'dbus-user-session',
  'initramfs-tools',
  'iproute2',
  'libatomic1',
  'libpam-systemd',
  'linux-image-cloud-amd64',
  'python3',
  'python3-venv',
  'systemd-sysv',
  'util-linux',
];

/** Sparse: only what is written takes space on the host. */
const diskSize = '3G';

/** The guest has one purpose: it runs the parcel's program and switches itself off, however that ended. */
const unit = `[Unit]
Description=Run what the parcel holds
After=dbus.service systemd-logind.service systemd-user-sessions.service

[Service]
ExecStart=/bin/sh -c 'mount LABEL=belljar-parcel /parcel && exec /bin/sh /parcel/start'
StandardOutput=journal+console
ExecStopPost=/bin/systemctl poweroff --force --force

[Install]
WantedBy=multi-user.target
`;

const finish = `set -eu
mkdir -p /parcel
useradd --create-home --shell /bin/sh ${ordinaryUser}
systemctl --quiet enable belljar-guest.service
echo guest >/etc/hostname
rm -f /var/cache/apt/archives/*.deb /etc/apt/sources.list
`;

/** The image of this recipe: made once, kept below the cache, made anew when the recipe changes. */
export async function prepareImage(cache: string): Promise<GuestImage> {
  const recipe = JSON.stringify([suite, packages, diskSize, unit, finish]);
  const folder = join(cache, createHash('sha256').update(recipe).digest('hex').slice(0, 12));
  if (!existsSync(folder)) await buildImage(cache, folder);
  return { disk: join(folder, 'disk'), kernel: join(folder, 'vmlinuz'), initrd: join(folder, 'initrd') };
}

/** All in a folder of its own that is renamed last: whoever finds the image finds it whole. */
async function buildImage(cache: string, folder: string): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error('the guest’s image can only be made by root: run this once as root');
  console.error('guest: making the image (once, some minutes)…');
  const building = join(cache, `building-${process.pid}`);
  const tree = join(building, 'tree');
  mkdirSync(building, { recursive: true });
  chmodSync(building, 0o755);
  try {
    await bootstrap(tree);
    takeOut(join(tree, 'boot'), building);
    await run('mke2fs', ['-q', '-t', 'ext4', '-L', 'belljar-root', '-d', tree, join(building, 'disk'), diskSize]);
    rmSync(tree, { recursive: true });
    if (!existsSync(folder)) renameSync(building, folder); // two that began at once made the same
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
}

/** In a mount namespace of its own: what is mounted on the way is gone with it, whatever happens. */
async function bootstrap(tree: string): Promise<void> {
  const alone = ['--mount', '--propagation', 'private'];
  const include = `--include=${packages.join(',')}`;
  await run('unshare', [...alone, 'debootstrap', '--variant=minbase', include, suite, tree, findMirror(suite)]);
  writeFileSync(join(tree, 'etc/systemd/system/belljar-guest.service'), unit);
  await run('unshare', [...alone, 'chroot', tree, '/bin/sh', '-c', finish]);
}

function takeOut(boot: string, folder: string): void {
  for (const [prefix, name] of [
    ['vmlinuz-', 'vmlinuz'],
    ['initrd.img-', 'initrd'],
  ] as const) {
    const found = readdirSync(boot).find((file) => file.startsWith(prefix));
    if (found === undefined) throw new Error(`the guest’s kernel package brought no ${prefix}*`);
    copyFileSync(join(boot, found), join(folder, name));
  }
}
