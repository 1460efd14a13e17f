import { groupOf, passwdOf } from './accounts.ts';

/** Where programs are looked for on the host. */
export const programFolders: readonly string[] = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'];

/**
 * What a shell line in someone's script counts on; nothing that compiles, reaches out or administers. With ldconfig Python
 * finds libraries by name (ctypes.util); some distributions wrap it.
 */
export const programs: readonly string[] = `
  sh setpriv env ls cat cp mv rm mkdir rmdir ln touch chmod echo printf true false yes test [ expr seq sleep timeout
  head tail sort uniq wc cut tr tee cmp diff paste split od md5sum sha256sum base64 grep sed find xargs
  basename dirname setsid mktemp realpath readlink stat du df date id whoami uname hostname nproc pwd env kill ps which
  tar gzip gunzip zcat bzip2 xz unzip bash ldconfig ldconfig.real`
  .split(/\s+/)
  .filter((name, index, all) => name !== '' && all.indexOf(name) === index);

/** Copied from the first that the host has. */
export const etcFiles: readonly { readonly from: readonly string[]; readonly to: string }[] = [
  { from: ['/etc/ld.so.cache'], to: 'ld.so.cache' },
  { from: ['/etc/localtime'], to: 'localtime' },
  { from: ['/etc/ssl/openssl.cnf', '/etc/pki/tls/openssl.cnf'], to: 'ssl/openssl.cnf' },
  {
    // Certificate authorities in one file, under the name that each family of distributions gave it.
    from: ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/ca-bundle.pem'],
    to: 'ssl/certs/ca-certificates.crt',
  },
  { from: ['/etc/mime.types'], to: 'mime.types' },
  { from: ['/etc/protocols'], to: 'protocols' },
  { from: ['/etc/services'], to: 'services' },
];

/** Ours, not the host's: no user of the machine is named inside. */
export const etcTexts: Readonly<Record<string, string>> = {
  passwd: passwdOf(1000),
  group: groupOf(1000),
  hosts: `127.0.0.1 localhost
::1 localhost
127.0.1.1 belljar
`,
  'nsswitch.conf': `passwd: files
group: files
hosts: files
`,
};
