import { standardModules } from '../../packages/imports.ts';

/** The minor version of Python 3 with which a module came, where that is newer than the oldest we run. */
const addedWith: Readonly<Record<string, number>> = { tomllib: 11, annotationlib: 14, compression: 14 };

const removedWith: Readonly<Record<number, string>> = {
  10: 'formatter parser symbol',
  11: 'binhex',
  12: 'asynchat asyncore distutils imp smtpd',
  13: `aifc audioop cgi cgitb chunk crypt imghdr lib2to3 mailcap msilib nis nntplib ossaudiodev pipes sndhdr spwd sunau
       telnetlib uu xdrlib`,
};

/** What to use in the place of what is gone. */
const insteadOf: Readonly<Record<string, string>> = {
  asynchat: 'asyncio',
  asyncore: 'asyncio',
  binhex: 'binascii',
  cgi: 'email.message, urllib.parse or a web framework',
  cgitb: 'traceback',
  crypt: 'hashlib or the package bcrypt',
  distutils: 'the package setuptools, which brings its own, or shutil and sysconfig for what it was used for besides',
  imghdr: 'the package filetype',
  imp: 'importlib',
  lib2to3: 'the package parso',
  mailcap: 'mimetypes',
  parser: 'ast',
  pipes: 'subprocess and shlex',
  smtpd: 'the package aiosmtpd',
  sndhdr: 'the package filetype',
  telnetlib: 'the package telnetlib3',
  uu: 'base64',
};

const onWindowsOnly = 'msilib msvcrt nt winreg winsound';

/** Names of Python 2 and what became of them. */
const renamed: Readonly<Record<string, string>> = {
  BaseHTTPServer: 'http.server',
  ConfigParser: 'configparser',
  Cookie: 'http.cookies',
  HTMLParser: 'html.parser',
  Queue: 'queue',
  SimpleHTTPServer: 'http.server',
  SocketServer: 'socketserver',
  StringIO: 'io.StringIO',
  Tkinter: 'tkinter',
  UserDict: 'collections.UserDict',
  __builtin__: 'builtins',
  anydbm: 'dbm',
  cPickle: 'pickle',
  cStringIO: 'io.StringIO',
  commands: 'subprocess',
  cookielib: 'http.cookiejar',
  copy_reg: 'copyreg',
  dummy_threading: 'threading',
  htmlentitydefs: 'html.entities',
  httplib: 'http.client',
  md5: 'hashlib',
  sets: 'the built-in set',
  sha: 'hashlib',
  thread: 'threading',
  tkFileDialog: 'tkinter.filedialog',
  tkMessageBox: 'tkinter.messagebox',
  urllib2: 'urllib.request',
  urlparse: 'urllib.parse',
  xmlrpclib: 'xmlrpc.client',
};

const windowsModules = new Set(onWindowsOnly.split(' '));
const removals = new Map<string, number>(
  Object.entries(removedWith).flatMap(([minor, names]) =>
    names.split(/\s+/).map((name): [string, number] => [name, Number(minor)]),
  ),
);

/** Those that the newest Python no longer has. */
export const removedModules: ReadonlySet<string> = new Set(removals.keys());

/** Why one of Python's own modules is missing, in words; undefined for what is not Python's own and never was. */
export function explainStandardModule(name: string): string | undefined {
  const successor = Object.hasOwn(renamed, name) ? renamed[name] : undefined;
  if (successor !== undefined) return `${name} is Python 2's name; in Python 3 use ${successor}`;
  if (!standardModules.has(name)) return undefined;
  if (windowsModules.has(name)) return `${name} is a part of Python on Windows only`;
  const removedIn = removals.get(name);
  if (removedIn !== undefined) {
    const instead = insteadOf[name];
    return `${name} was removed in Python 3.${removedIn}${instead === undefined ? '' : `; use ${instead}`}`;
  }
  const addedIn = addedWith[name];
  if (addedIn !== undefined) return `${name} is a part of Python itself from 3.${addedIn} on`;
  return `${name} is a part of Python itself, and this Python was built or installed without it`;
}
