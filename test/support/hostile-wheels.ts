import { extraField } from './archive.ts';
import { recordLine, type WheelDescription } from './wheels.ts';
import type { ZipEntry } from './zip.ts';

/** A wheel that must not come in, and the same made harmless, which must. */
export interface HostileWheel {
  readonly what: string;
  readonly rule: string;
  readonly says: RegExp;
  readonly hostile: WheelDescription;
  readonly harmless: WheelDescription;
  readonly sidecar?: { readonly hostile: string; readonly harmless: string };
}

type Case = Omit<HostileWheel, 'hostile' | 'harmless'> & {
  readonly hostile: Partial<WheelDescription>;
  readonly harmless?: Partial<WheelDescription>;
};

const data = 'acme-1.0.data';
const code = 'x = 1\n';
const base: WheelDescription = { name: 'acme', files: { 'acme/__init__.py': code } };

const withFile = (path: string, content: string | Buffer = code): Partial<WheelDescription> => ({
  files: { ...base.files, [path]: content },
});
const withEntry = (...more: readonly ZipEntry[]): Partial<WheelDescription> => ({
  change: (entries) => [...entries, ...more],
});
const changed = (change: Partial<ZipEntry>): Partial<WheelDescription> => ({
  change: (entries) => entries.map((entry, index) => (index === 0 ? { ...entry, ...change } : entry)),
});
/** An entry that RECORD lists as it should. */
const listed = (path: string, rest: Partial<ZipEntry>): Partial<WheelDescription> => ({
  ...withEntry({ path, content: '', ...rest }),
  record: (correct) => recordLine(path, rest.content ?? '') + correct,
});
const program = (line: string): Partial<WheelDescription> => ({ entryPoints: `[console_scripts]\n${line}\n` });
const harmlessProgram = program('acme = acme:main');
const metadata = (name: string, version: string, more = ''): string =>
  `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n${more}\n`;

const ten = 'a.b.c.d.e.f.g.h.i.j';
const manyTags = (lines: number): string =>
  `Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n${`Tag: ${ten}-${ten}-${ten}\n`.repeat(lines)}`;

const cases: readonly Case[] = [
  {
    ...{ what: 'a path that climbs out', rule: 'archive.name', says: /\.\./ },
    hostile: withFile('../evil.py'),
    harmless: withFile('acme/evil.py'),
  },
  {
    ...{ what: 'a path that climbs out from below', rule: 'archive.name', says: /leads out/ },
    hostile: withFile('acme/../../../etc/cron.d/evil'),
    harmless: withFile('acme/etc/cron.d/evil'),
  },
  {
    ...{ what: 'an absolute path', rule: 'archive.name', says: /root of the machine/ },
    hostile: withFile('/etc/cron.d/evil'),
    harmless: withFile('etc/cron.d/evil'),
  },
  {
    ...{ what: 'backslashes', rule: 'archive.name', says: /backslash/ },
    hostile: withFile('acme\\..\\..\\evil.py'),
    harmless: withFile('acme/evil.py'),
  },
  {
    ...{ what: 'a drive', rule: 'archive.name', says: /drive/ },
    hostile: withFile('C:evil.py'),
    harmless: withFile('acme/C_evil.py'),
  },
  {
    ...{ what: 'a name with NUL', rule: 'archive.name', says: /control/ },
    hostile: withFile('acme/a.py\0.txt'),
    harmless: withFile('acme/a.py.txt'),
  },
  {
    ...{ what: 'a name that is turned around to be read', rule: 'archive.name', says: /cannot be seen/ },
    hostile: withFile('acme/\u202egpj.exe'),
    harmless: withFile('acme/gpj.exe.txt'),
  },
  {
    ...{ what: 'a second name beside the name', rule: 'archive.name', says: /second name/ },
    hostile: changed({ claims: { extra: extraField(0x7075, 1n) } }),
    harmless: changed({ claims: { extra: extraField(0x5455, 1n) } }),
  },
  {
    ...{ what: 'a link to a file of the host', rule: 'archive.kind', says: /symbolic link/ },
    hostile: listed('acme/passwd', { content: '/etc/passwd', mode: 0o120777 }),
    harmless: listed('acme/passwd', { content: '/etc/passwd' }),
  },
  {
    ...{ what: 'a device', rule: 'archive.kind', says: /a device/ },
    hostile: listed('acme/null', { mode: 0o020666 }),
    harmless: listed('acme/null', { mode: 0o100666 }),
  },
  {
    ...{ what: 'a program with the rights of its owner', rule: 'archive.kind', says: /rights/ },
    hostile: listed('acme/tool', { mode: 0o104755 }),
    harmless: listed('acme/tool', { mode: 0o100755 }),
  },
  {
    ...{ what: 'a file twice', rule: 'archive.duplicate', says: /twice/ },
    hostile: withEntry({ path: 'acme/__init__.py', content: 'evil' }),
  },
  {
    ...{ what: 'names that differ in case', rule: 'archive.duplicate', says: /differ in letters/ },
    hostile: withFile('Acme/__init__.py', 'evil'),
    harmless: withFile('acme_/__init__.py', 'evil'),
  },
  {
    ...{ what: 'names that differ in how an accent is written', rule: 'archive.duplicate', says: /differ in letters/ },
    hostile: { files: { 'acme/é.py': code, 'acme/e\u0301.py': code } },
    harmless: { files: { 'acme/é.py': code, 'acme/e.py': code } },
  },
  {
    ...{ what: 'a file that is a folder, too', rule: 'archive.duplicate', says: /file and a folder/ },
    hostile: withFile('acme', 'evil'),
    harmless: withFile('acme.txt', 'evil'),
  },
  {
    ...{ what: 'another name in its own header', rule: 'archive.headers', says: /another name/ },
    hostile: changed({ localClaims: { path: 'acme/__evil__.py' } }),
  },
  {
    ...{ what: 'another size in its own header', rule: 'archive.headers', says: /another size/ },
    hostile: changed({ localClaims: { size: 1, compressedSize: 1 } }),
  },
  {
    ...{ what: 'another way of packing in its own header', rule: 'archive.headers', says: /two ways/ },
    hostile: changed({ localClaims: { method: 0 } }),
  },
  {
    ...{ what: 'bytes before the archive', rule: 'archive.hidden', says: /before the first|does not lie/ },
    hostile: { zip: { prefix: Buffer.from('#!/bin/sh\nevil\n') } },
  },
  {
    ...{ what: 'bytes behind the archive', rule: 'archive.hidden', says: /behind the end/ },
    hostile: { zip: { suffix: Buffer.from('evil') } },
  },
  {
    ...{ what: 'a comment that hides an archive', rule: 'archive.hidden', says: /comment|does not lie/ },
    hostile: { zip: { comment: 'PK\x05\x06' + '\0'.repeat(18) } },
  },
  {
    ...{ what: 'bytes between two files', rule: 'archive.hidden', says: /behind acme|before the first/ },
    hostile: {
      change: (entries) =>
        entries.map((entry, index) => (index === 1 ? { ...entry, gapBefore: Buffer.from('evil') } : entry)),
    },
  },
  {
    ...{ what: 'a file that the directory leaves out', rule: 'archive.hidden', says: /behind acme/ },
    hostile: {
      ...withFile('acme/evil.py'),
      zip: { listed: (all) => all.filter(({ path }) => !path.includes('evil')) },
    },
    harmless: withFile('acme/evil.py'),
  },
  {
    ...{ what: 'files that lie over each other', rule: 'archive.hidden', says: /lies over|no header/ },
    hostile: listed('acme/evil.py', { content: code, claims: { offset: 0 } }),
    harmless: listed('acme/evil.py', { content: code }),
  },
  {
    ...{ what: 'a count that is too small', rule: 'archive.hidden', says: /more files than it counts/ },
    hostile: { zip: { claimedCount: 2 } },
  },
  {
    ...{ what: 'an encrypted file', rule: 'archive.method', says: /encrypted/ },
    hostile: changed({ claims: { flags: 1 } }),
    harmless: changed({ claims: { flags: 0 } }),
  },
  {
    ...{ what: 'a way of packing that is not known', rule: 'archive.method', says: /stored or deflated/ },
    hostile: changed({ claims: { method: 93 } }),
  },
  {
    ...{ what: 'a wrong checksum', rule: 'archive.content', says: /checksum/ },
    hostile: changed({ claims: { crc: 1 } }),
  },
  {
    ...{ what: 'a bomb that says what it is', rule: 'archive.size', says: /times its size/ },
    hostile: withFile('acme/zeros', Buffer.alloc(80 << 20)),
    harmless: withFile('acme/zeros', Buffer.alloc(8 << 20)),
  },
  {
    ...{ what: 'a bomb that lies about its size', rule: 'archive.content', says: /more than it says/ },
    hostile: {
      ...withFile('acme/zeros', Buffer.alloc(8 << 20)),
      change: (all) => all.map((entry) => (entry.path === 'acme/zeros' ? { ...entry, claims: { size: 100 } } : entry)),
    },
    harmless: withFile('acme/zeros', Buffer.alloc(8 << 20)),
  },
  {
    ...{ what: 'no RECORD', rule: 'wheel.record', says: /no RECORD/ },
    hostile: { record: undefined },
  },
  {
    ...{ what: 'a file beside RECORD', rule: 'wheel.record', says: /does not list it/ },
    hostile: withEntry({ path: 'acme/evil.py', content: 'evil' }),
    harmless: listed('acme/evil.py', { content: 'evil' }),
  },
  {
    ...{ what: 'a file in RECORD alone', rule: 'wheel.record', says: /does not hold it/ },
    hostile: { record: (correct) => recordLine('acme/evil.py', 'evil') + correct },
  },
  {
    ...{ what: 'a file that is another than in RECORD', rule: 'wheel.record', says: /digest differs/ },
    hostile: changed({ content: 'y = 1\n' }),
    harmless: changed({ content: code }),
  },
  {
    ...{ what: 'digests that prove nothing', rule: 'wheel.record', says: /sha256/ },
    hostile: { record: (correct) => correct.replace(/sha256=[\w-]+/, 'md5=rL0Y20zC-Fzt72VPzMSk2A') },
  },
  {
    ...{ what: 'a second distribution inside', rule: 'wheel.folder', says: /several/ },
    hostile: withFile('requests-2.0.dist-info/METADATA', metadata('requests', '2.0')),
    harmless: withFile('acme/requests-2.0.dist-info/METADATA', metadata('requests', '2.0')),
  },
  {
    ...{ what: 'the .dist-info of another', rule: 'wheel.folder', says: /not that of acme/ },
    hostile: { distInfo: 'requests-1.0.dist-info' },
  },
  {
    ...{ what: 'the .data of another', rule: 'wheel.folder', says: /another package/ },
    hostile: withFile('requests-1.0.data/purelib/requests.py'),
    harmless: withFile(`${data}/purelib/acme2.py`),
  },
  {
    ...{ what: 'a place in .data that is none', rule: 'wheel.folder', says: /without a place/ },
    hostile: withFile(`${data}/stdlib/os.py`),
    harmless: withFile(`${data}/headers/acme.h`),
  },
  {
    ...{ what: 'METADATA with another name', rule: 'wheel.metadata', says: /requests 1.0/ },
    hostile: { metadata: metadata('requests', '1.0') },
    harmless: { metadata: metadata('Acme', '1.0.0') },
  },
  {
    ...{ what: 'METADATA with another version', rule: 'wheel.metadata', says: /acme 9.0/ },
    hostile: { metadata: metadata('acme', '9.0') },
    harmless: { metadata: metadata('acme', '1') },
  },
  {
    ...{ what: 'METADATA with two names', rule: 'wheel.metadata', says: /name more than once/ },
    hostile: { metadata: metadata('acme', '1.0', 'Name: requests\n') },
    harmless: { metadata: metadata('acme', '1.0', 'Summary: requests\n') },
  },
  {
    ...{ what: 'METADATA that some read to its end and some not', rule: 'wheel.metadata', says: /from line 4 on/ },
    hostile: { metadata: metadata('acme', '1.0', 'no field\nRequires-Dist: evil\n') },
    harmless: { metadata: metadata('acme', '1.0', 'Requires-Dist: evil\n') },
  },
  {
    ...{ what: 'a sidecar that is not the METADATA', rule: 'wheel.sidecar', says: /not the METADATA inside/ },
    sidecar: { hostile: metadata('acme', '1.0'), harmless: metadata('acme', '1.0', 'Requires-Dist: evil\n') },
    hostile: { metadata: metadata('acme', '1.0', 'Requires-Dist: evil\n') },
    harmless: { metadata: metadata('acme', '1.0', 'Requires-Dist: evil\n') },
  },
  {
    ...{ what: 'a WHEEL file for another platform', rule: 'wheel.file', says: /is not for py3-none-any/ },
    hostile: { wheel: 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: cp311-cp311-win_amd64\n' },
    harmless: { wheel: 'Wheel-Version: 1.9\nRoot-Is-Purelib: true\nTag: py2-none-any\nTag: py3-none-any\n' },
  },
  {
    ...{ what: 'a format of wheels that is not known', rule: 'wheel.file', says: /format 2.0/ },
    hostile: { wheel: 'Wheel-Version: 2.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n' },
  },
  {
    ...{ what: 'the name of a file that is no wheel’s', rule: 'wheel.name', says: /no name of a wheel/ },
    hostile: { filename: 'acme.whl' },
  },
  {
    ...{ what: 'the name of another wheel', rule: 'wheel.folder', says: /not that of requests/ },
    hostile: { filename: 'requests-1.0-py3-none-any.whl' },
  },
  {
    ...{ what: 'a file over one of its own', rule: 'wheel.target', says: /written over/ },
    hostile: withFile(`${data}/purelib/acme/__init__.py`, 'evil'),
    harmless: withFile(`${data}/purelib/acme/evil.py`, 'evil'),
  },
  {
    ...{ what: 'data among the packages', rule: 'wheel.target', says: /past what is looked at/ },
    hostile: withFile(`${data}/data/lib/python3.12/site-packages/evil.pth`, 'import evil'),
    harmless: withFile(`${data}/data/share/acme/evil.pth`, 'import evil'),
  },
  {
    ...{ what: 'the settings of the environment', rule: 'wheel.target', says: /settings of the environment/ },
    hostile: withFile(`${data}/data/pyvenv.cfg`, 'home = /tmp/evil\n'),
    harmless: withFile(`${data}/data/etc/acme.cfg`, 'home = /tmp/evil\n'),
  },
  {
    ...{ what: 'another distribution by way of .data', rule: 'wheel.target', says: /seem installed/ },
    hostile: withFile(`${data}/purelib/requests-9.dist-info/METADATA`, metadata('requests', '9')),
    harmless: withFile(`${data}/purelib/acme/requests-9.txt`, metadata('requests', '9')),
  },
  {
    ...{ what: 'another distribution by an .egg-info', rule: 'wheel.target', says: /seem installed/ },
    hostile: withFile('requests.egg-info/PKG-INFO', metadata('requests', '9')),
    harmless: withFile('acme/requests.egg-info/PKG-INFO', metadata('requests', '9')),
  },
  {
    ...{ what: 'a script called python', rule: 'wheel.script', says: /place of python/ },
    hostile: withFile(`${data}/scripts/python3`, '#!/bin/sh\nevil\n'),
    harmless: withFile(`${data}/scripts/acme3`, '#!/bin/sh\nevil\n'),
  },
  {
    ...{ what: 'a program called pip', rule: 'wheel.script', says: /place of pip/ },
    hostile: program('pip = acme:main'),
    harmless: harmlessProgram,
  },
  {
    ...{ what: 'a program called sh by way of .data', rule: 'wheel.script', says: /place of sh/ },
    hostile: withFile(`${data}/data/bin/sh`, '#!/bin/sh\nevil\n'),
    harmless: withFile(`${data}/data/bin/acme`, '#!/bin/sh\nevil\n'),
  },
  {
    ...{ what: 'a program whose name is a path', rule: 'wheel.script', says: /no name for a program/ },
    hostile: program('../../../usr/bin/acme = acme:main'),
    harmless: harmlessProgram,
  },
  {
    ...{ what: 'a program that is a line of code', rule: 'wheel.script', says: /no function/ },
    hostile: program('acme = os:system("evil") or exit'),
    harmless: harmlessProgram,
  },
  {
    ...{ what: 'a program behind the end of a line that not all see', rule: 'wheel.script', says: /end a line/ },
    hostile: { entryPoints: '# plain\f[console_scripts]\fbash = acme:main\n' },
    harmless: { entryPoints: '# plain\r\n[console_scripts]\r\nacme = acme:main\r\n' },
  },
  {
    ...{ what: 'a program in a section with two brackets', rule: 'wheel.script', says: /read in two ways/ },
    hostile: { entryPoints: '[[console_scripts]]\nbash = acme:main\n' },
    harmless: { entryPoints: '[acme.plugins]\nbash = acme:main\n' },
  },
  {
    ...{ what: 'a program that every section has', rule: 'wheel.script', says: /DEFAULT/ },
    hostile: { entryPoints: '[DEFAULT]\nbash = acme:main\n[console_scripts]\nacme = acme:main\n' },
    harmless: { entryPoints: '[default]\nbash = acme:main\n[console_scripts]\nacme = acme:main\n' },
  },
  {
    ...{ what: 'the settings of pip', rule: 'wheel.target', says: /among the settings/ },
    hostile: withFile(`${data}/data/pip.conf`, '[global]\nindex-url = http://127.0.0.1:1/simple\n'),
    harmless: withFile(`${data}/data/etc/acme/pip.conf`, '[global]\nindex-url = http://127.0.0.1:1/simple\n'),
  },
  {
    ...{ what: 'a library of Python as an archive', rule: 'wheel.target', says: /past what is looked at/ },
    hostile: withFile(`${data}/data/lib/python313.zip`),
    harmless: withFile(`${data}/data/lib/acme313.zip`),
  },
  {
    ...{ what: 'another distribution by an empty folder', rule: 'wheel.target', says: /seem installed/ },
    hostile: withEntry({ path: 'numpy-99.0.egg-info/', mode: 0o040755 }),
    harmless: withEntry({ path: 'acme/numpy-99.0.egg-info/', mode: 0o040755 }),
  },
  {
    ...{ what: 'another distribution by an empty folder in .data', rule: 'wheel.target', says: /seem installed/ },
    hostile: withEntry({ path: `${data}/purelib/numpy-99.0.dist-info/`, mode: 0o040755 }),
    harmless: withEntry({ path: `${data}/purelib/numpy-99.0/`, mode: 0o040755 }),
  },
  {
    ...{ what: 'two programs in one place', rule: 'wheel.target', says: /written over/ },
    hostile: { files: { ...base.files, [`${data}/data/bin/tool`]: 'a', [`${data}/scripts/tool`]: 'b' } },
    harmless: { files: { ...base.files, [`${data}/data/bin/tool`]: 'a', [`${data}/scripts/tool2`]: 'b' } },
  },
  {
    ...{ what: 'more lines of METADATA than anybody has', rule: 'wheel.metadata', says: /more than 20000 lines/ },
    hostile: { metadata: metadata('acme', '1.0', `License: MIT\n${' b\n'.repeat(20_000)}`) },
    harmless: { metadata: metadata('acme', '1.0', `License: MIT\n${' b\n'.repeat(19_000)}`) },
  },
  {
    ...{ what: 'more tags than anybody has', rule: 'wheel.file', says: /more than 10000 tags/ },
    hostile: { wheel: manyTags(100) },
    harmless: { wheel: manyTags(9) },
  },
];

export const hostileWheels: readonly HostileWheel[] = cases.map(({ hostile, harmless = {}, ...rest }) => ({
  ...rest,
  hostile: { ...base, ...hostile },
  harmless: { ...base, ...harmless },
}));
