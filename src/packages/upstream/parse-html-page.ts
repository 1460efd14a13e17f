import { findTags } from './html-tags.ts';
import {
  FileList,
  type PageContent,
  PageProblem,
  readSha256,
  readStatus,
  requireKnownVersion,
} from './page-content.ts';
import type { ProjectFile } from './project-page.ts';

const wantedTags = new Set(['a', 'base', 'meta']);

/**
 * A page in the form of PEP 503, with what later PEPs and other indexes add to its links.
 *
 * @throws PageProblem
 */
export function parseHtmlPage(html: string, name: string, page: URL): PageContent {
  let list = new FileList(name, page);
  let hasBase = false;
  const metas = new Map<string, string>();
  for (const { name: tag, attributes } of findTags(html, wantedTags)) {
    const href = attributes.get('href');
    if (tag === 'a') addLink(list, href, attributes);
    else if (tag === 'meta') metas.set(attributes.get('name')?.toLowerCase() ?? '', attributes.get('content') ?? '');
    else if (href !== undefined && !hasBase) {
      list = new FileList(name, URL.parse(href, page) ?? page);
      hasBase = true;
    }
  }
  requireKnownVersion(metas.get('pypi:repository-version'));
  const { files, strangers } = list;
  // A login or an error page that says it is fine: it has links, and none is a file.
  if (files.length === 0 && strangers > 0)
    throw new PageProblem('it is HTML, but no link in it is a file of the project');
  const word = metas.get('pypi:project-status');
  return { ...readStatus([{ word, reason: metas.get('pypi:project-status-reason') }]), files, strangers };
}

function addLink(list: FileList, href: string | undefined, attributes: ReadonlyMap<string, string>): void {
  if (href === undefined) return;
  const [address, fragment] = splitOnce(href.trim(), '#');
  list.add({
    filename: lastSegment(address),
    url: address,
    sha256: /(?:^|&)sha256=([^&]*)/.exec(fragment)?.[1],
    sizeBytes: readSize(attributes.get('data-size')),
    uploadTime: attributes.get('data-upload-time'),
    requiresPython: attributes.get('data-requires-python'),
    yanked: attributes.has('data-yanked'),
    yankedReason: attributes.get('data-yanked'),
    coreMetadata: readMark(attributes.get('data-core-metadata') ?? attributes.get('data-dist-info-metadata')),
  });
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** The name that the address ends in, as a client saves it. */
function lastSegment(address: string): string | undefined {
  const [path] = splitOnce(address, '?');
  const segment = path.slice(path.lastIndexOf('/') + 1);
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

function readSize(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function readMark(mark: string | undefined): ProjectFile['coreMetadata'] {
  if (mark === undefined) return 'unknown';
  if (mark === 'false') return 'none';
  return { sha256: readSha256(/^sha256=(.*)$/.exec(mark)?.[1]) };
}
