import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { encodeBasic } from './index-address.ts';

/** What to say to a host, from the file that curl, pip and others read. */
export type Netrc = (hostname: string) => string | undefined;

export async function readNetrc(env: NodeJS.ProcessEnv = process.env): Promise<Netrc> {
  const path = env['NETRC'] ?? join(env['HOME'] ?? homedir(), '.netrc');
  const text = await readFile(path, 'utf8').catch(() => ''); // most people have none
  return parseNetrc(text);
}

export function parseNetrc(text: string): Netrc {
  const logins = new Map<string, string>();
  for (const entry of splitEntries(text)) {
    if (entry.login === undefined || logins.has(entry.machine)) continue;
    logins.set(entry.machine, encodeBasic(entry.login, entry.password ?? ''));
  }
  return (hostname) => logins.get(hostname) ?? logins.get('');
}

interface Entry {
  /** Empty for every other host. */
  readonly machine: string;
  login?: string;
  password?: string;
}

function splitEntries(text: string): Entry[] {
  const entries: Entry[] = [];
  const words = wordsOf(text);
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const entry = entries.at(-1);
    if (word === 'machine') entries.push({ machine: words.shift() ?? '' });
    else if (word === 'default') entries.push({ machine: '' });
    else if (word === 'login' && entry !== undefined) entry.login = words.shift() ?? '';
    else if (word === 'password' && entry !== undefined) entry.password = words.shift() ?? '';
    else if (word === 'account') words.shift();
  }
  return entries;
}

/** Without comments and macros; a macro ends at an empty line. */
function wordsOf(text: string): string[] {
  const plain = text.replaceAll(/^[ \t]*#.*$/gm, '').replaceAll(/^[ \t]*macdef[^\n]*\n(?:[^\n]*\S[^\n]*\n?)*/gm, '');
  return [...plain.matchAll(/"((?:[^"\\]|\\.)*)"|\S+/g)].map(([word, quoted]) =>
    quoted === undefined ? word : quoted.replaceAll(/\\(.)/g, '$1'),
  );
}
