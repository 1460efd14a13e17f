import { encodeFiles } from './kept-files.ts';
import { encodeKeptPage } from './kept-page.ts';
import { parsePage } from './parse-page.ts';
import type { ProjectFile } from './project-page.ts';

/** A page as it came. */
export interface PageToRead {
  readonly body: Buffer;
  readonly name: string;
  readonly index: string;
  /** Where it came from. */
  readonly url: string;
  readonly digest: string;
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
}

/** Reads a page into the form in which it is kept. @throws PageProblem */
export function readPage({ body, url, ...words }: PageToRead): Buffer {
  const { files, status, statusReason } = parsePage(body, words.name, new URL(url));
  const head = { ...words, status, statusReason, hosts: [...hostsOf(files)], isMissing: false };
  return encodeKeptPage(head, encodeFiles(files, words.name));
}

/** Most pages name one host, thousands of times. */
function hostsOf(files: readonly ProjectFile[]): Set<string> {
  const hosts = new Set<string>();
  let last: string | undefined;
  for (const { url } of files) {
    if (last !== undefined && url.startsWith(last)) continue;
    const { host, origin } = new URL(url);
    hosts.add(host);
    last = `${origin}/`;
  }
  return hosts;
}
