import type { ProjectPage } from '../upstream/index.ts';
import type { ListedFile } from './listed-file.ts';

/** The page of a project as PEP 503 has it, with what PEP 592, 714, 629 and 792 added. */
export function renderHtmlPage(page: ProjectPage, listed: readonly ListedFile[]): string {
  const { name, status, statusReason } = page;
  const head = [
    meta('repository-version', '1.4'),
    meta('project-status', status),
    ...(statusReason === undefined ? [] : [meta('project-status-reason', statusReason)]),
  ];
  return document({ title: `Links for ${name}`, head, lines: listed.map(renderLink) });
}

export function renderHtmlRoot(names: readonly string[]): string {
  const lines = names.map((name) => `<a href="${escapeHtml(name)}/">${escapeHtml(name)}</a><br>`);
  return document({ title: 'Simple index', head: [meta('repository-version', '1.4')], lines });
}

/** Text that comes from elsewhere, for the body of a page or an attribute in double quotes. */
export function escapeHtml(text: string): string {
  return /[&<>"']/.test(text) ? text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '') : text;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

interface Document {
  readonly title: string;
  readonly head: readonly string[];
  readonly lines: readonly string[];
}

function document({ title, head, lines }: Document): string {
  const heading = escapeHtml(title);
  return [
    '<!DOCTYPE html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    ...head,
    `<title>${heading}</title>`,
    '</head>',
    '<body>',
    `<h1>${heading}</h1>`,
    ...lines,
    '</body>',
    '</html>\n',
  ].join('\n');
}

function meta(name: string, content: string): string {
  return `<meta name="pypi:${name}" content="${escapeHtml(content)}">`;
}

function renderLink({ judged: { file }, href, sha256, metadata }: ListedFile): string {
  const mark = metadata === undefined ? undefined : metadata === true ? 'true' : `sha256=${metadata.sha256}`;
  const attributes = [
    ['data-requires-python', file.requiresPython],
    ['data-yanked', file.yanked ? (file.yankedReason ?? '') : undefined],
    ['data-core-metadata', mark],
    ['data-dist-info-metadata', mark],
    ['data-upload-time', file.uploadTime],
  ] as const;
  const written = attributes.map(([name, value]) => (value === undefined ? '' : ` ${name}="${escapeHtml(value)}"`));
  return `<a href="${href}#sha256=${sha256}"${written.join('')}>${escapeHtml(file.filename)}</a><br>`;
}
