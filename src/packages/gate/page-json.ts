import type { ProjectPage } from '../upstream/index.ts';
import type { ListedFile, MetadataMark } from './listed-file.ts';

/** The page of a project as PEP 691 has it, with what PEP 700, 714 and 792 added. */
export function renderJsonPage(page: ProjectPage, listed: readonly ListedFile[]): string {
  const { name, status, statusReason } = page;
  const versions = [...new Set(listed.flatMap(({ judged }) => judged.version ?? []))];
  return JSON.stringify({
    // From 1.1 on every file has a size; where upstream tells none, the page is of 1.0, with what else is known.
    meta: { 'api-version': listed.every(({ judged }) => judged.file.sizeBytes !== undefined) ? '1.4' : '1.0' },
    name,
    'project-status': { status, ...(statusReason === undefined ? {} : { reason: statusReason }) },
    versions,
    files: listed.map(renderFile),
  });
}

/** The list of the projects whose pages were asked for: no index could list all that it would let through. */
export function renderJsonRoot(names: readonly string[]): string {
  return JSON.stringify({ meta: { 'api-version': '1.4' }, projects: names.map((name) => ({ name })) });
}

function renderFile({ judged: { file }, href, sha256, metadata }: ListedFile): Record<string, unknown> {
  const mark = renderMark(metadata);
  return {
    filename: file.filename,
    url: href,
    hashes: { sha256 },
    'requires-python': file.requiresPython,
    size: file.sizeBytes,
    'upload-time': file.uploadTime,
    yanked: file.yanked ? file.yankedReason || true : false,
    'core-metadata': mark,
    'dist-info-metadata': mark,
  };
}

function renderMark(mark: MetadataMark | undefined): unknown {
  return mark ?? false;
}
