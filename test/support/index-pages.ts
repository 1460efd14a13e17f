import { createHash } from 'node:crypto';

import { normalizeName } from '../../src/policy/index.ts';
import type { BuiltFile } from './wheels.ts';

/** A file as the index tells it; what is left out is told rightly. */
export interface ListedFile {
  readonly file: BuiltFile;
  /** `null` leaves the hash out, another text is a lie. */
  readonly sha256?: string | null;
  /** `null` leaves it out. */
  readonly sizeBytes?: number | null;
  readonly uploadTime?: string | null;
  readonly requiresPython?: string;
  readonly yanked?: boolean | string;
  /** `none` has no METADATA beside the wheel, `served` has it without saying so, `marked` (the default) says so, with its hash. */
  readonly coreMetadata?: 'none' | 'served' | 'marked';
  readonly url?: string;
}

export interface ListedProject {
  readonly name: string;
  readonly files: readonly ListedFile[];
  readonly status?: string | undefined;
  readonly statusReason?: string | undefined;
}

export const jsonType = 'application/vnd.pypi.simple.v1+json';
export const htmlType = 'application/vnd.pypi.simple.v1+html';

type AddressOf = (listed: ListedFile) => string;

export function jsonPage(project: ListedProject, addressOf: AddressOf): string {
  return JSON.stringify({
    meta: { 'api-version': '1.4' },
    name: normalizeName(project.name),
    ...(project.status === undefined
      ? {}
      : { 'project-status': { status: project.status, reason: project.statusReason } }),
    versions: [],
    files: project.files.map((listed) => jsonFile(listed, addressOf)),
  });
}

function jsonFile(listed: ListedFile, addressOf: AddressOf): Record<string, unknown> {
  const mark = isMarked(listed) ? { sha256: metadataHash(listed.file) } : false;
  const sha256 = hashOf(listed);
  return {
    filename: listed.file.filename,
    url: addressOf(listed),
    hashes: sha256 === undefined ? {} : { sha256 },
    'requires-python': listed.requiresPython ?? null,
    ...(listed.sizeBytes === null ? {} : { size: listed.sizeBytes ?? listed.file.bytes.length }),
    ...(listed.uploadTime === null ? {} : { 'upload-time': listed.uploadTime ?? defaultUploadTime }),
    yanked: listed.yanked ?? false,
    ...(listed.coreMetadata === 'served' ? {} : { 'core-metadata': mark, 'data-dist-info-metadata': mark }),
  };
}

const defaultUploadTime = '2024-01-02T03:04:05.678901Z';

export function htmlPage(project: ListedProject, addressOf: AddressOf): string {
  const { status, statusReason } = project;
  return `<!DOCTYPE html>
<html><head>
<meta name="pypi:repository-version" content="1.4">
${status === undefined ? '' : `<meta name="pypi:project-status" content="${escapeHtml(status)}">`}
${statusReason === undefined ? '' : `<meta name="pypi:project-status-reason" content="${escapeHtml(statusReason)}">`}
<title>Links for ${escapeHtml(project.name)}</title>
</head><body><h1>Links for ${escapeHtml(project.name)}</h1>
${project.files.map((listed) => anchor(listed, addressOf)).join('<br />\n')}
</body></html>
`;
}

function anchor(listed: ListedFile, addressOf: AddressOf): string {
  const sha256 = hashOf(listed);
  const mark = isMarked(listed) ? `sha256=${metadataHash(listed.file)}` : undefined;
  const attributes: [string, string | undefined][] = [
    ['href', `${addressOf(listed)}${sha256 === undefined ? '' : `#sha256=${sha256}`}`],
    ['data-requires-python', listed.requiresPython],
    ['data-yanked', yankedText(listed.yanked)],
    ['data-core-metadata', mark],
    ['data-dist-info-metadata', mark],
  ];
  const words = attributes.flatMap(([name, value]) => (value === undefined ? [] : [`${name}="${escapeHtml(value)}"`]));
  return `<a ${words.join(' ')}>${escapeHtml(listed.file.filename)}</a>`;
}

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function yankedText(yanked: boolean | string | undefined): string | undefined {
  if (yanked === undefined || yanked === false) return undefined;
  return yanked === true ? '' : yanked;
}

function hashOf(listed: ListedFile): string | undefined {
  return listed.sha256 === null ? undefined : (listed.sha256 ?? listed.file.sha256);
}

function isMarked(listed: ListedFile): boolean {
  return (listed.coreMetadata ?? 'marked') === 'marked' && listed.file.filename.endsWith('.whl');
}

function metadataHash(file: BuiltFile): string {
  return createHash('sha256').update(file.metadata).digest('hex');
}
