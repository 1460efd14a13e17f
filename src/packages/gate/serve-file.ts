import { hash } from 'node:crypto';

import { toVisible } from '../../visible.ts';
import { type Artifact, projectsOf } from '../upstream/index.ts';
import { sendReady, sendText } from './answer.ts';
import type { Desk, Errand } from './desk.ts';
import { type JudgedFile, judgeLearned } from './judge-page.ts';
import { keepWaiting } from './keep-waiting.ts';
import type { ListedFile } from './listed-file.ts';
import { openListed } from './open-listed.ts';
import type { ReadyPage } from './ready-page.ts';
import { noteFile } from './refusal-book.ts';
import { sendFile } from './send-file.ts';
import { findReady } from './serve-page.ts';
import { showsFile } from './view.ts';

export interface FileQuestion {
  readonly sha256: string;
  readonly filename: string;
  readonly isMetadata: boolean;
}

/** A file that is listed in the client's view, or its METADATA. A wheel is opened before it is first sent. */
export async function serveFile(desk: Desk, errand: Errand, question: FileQuestion): Promise<void> {
  const found = await keepWaiting(errand, findListed(desk, errand, question));
  if (found === undefined) {
    sendText(errand, { status: 404, text: 'There is no such file.' });
  } else if ('hidden' in found) {
    refuse(desk, errand, { judged: found.hidden, project: found.ready.page.name });
  } else if (question.isMetadata) {
    await serveMetadata(desk, errand, found.listed);
  } else {
    await serveArtifact(desk, errand, found);
  }
}

interface Listed {
  readonly ready: ReadyPage;
  readonly listed: ListedFile;
}

interface Hidden {
  readonly ready: ReadyPage;
  readonly hidden: JudgedFile;
}

/** The project is told by the name of the file, and whether it is one of its files by its page. */
async function findListed(desk: Desk, errand: Errand, question: FileQuestion): Promise<Listed | Hidden | undefined> {
  const { sha256, filename } = question;
  for (const project of projectsOf(filename)) {
    const ready = (await findReady(desk, errand.view, project))?.ready;
    const listed = ready?.find(sha256, filename);
    if (ready !== undefined && listed !== undefined) return { ready, listed };
    const hidden = ready?.findHidden(sha256, filename);
    if (ready !== undefined && hidden !== undefined) return { ready, hidden };
  }
  return undefined;
}

const forEver = { 'cache-control': 'private, max-age=31536000, immutable' };

/** Nothing is installed from it, so a client may keep it: its address changes with the wheel. */
async function serveMetadata(
  { options, metadataHashes, signal }: Desk,
  errand: Errand,
  listed: ListedFile,
): Promise<void> {
  const { judged, sha256 } = listed;
  if (listed.metadata === undefined) {
    sendText(errand, { status: 404, text: 'Only wheels have METADATA.' });
    return;
  }
  const bytes = Buffer.from(await keepWaiting(errand, options.upstream.fetchMetadata(judged.file, { signal })));
  const own = hash('sha256', bytes);
  metadataHashes.remember(sha256, own);
  const etag = `"${own}"`;
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'content-length': bytes.length, etag };
  sendReady(errand, { bytes, etag, headers }, forEver);
}

async function serveArtifact(desk: Desk, errand: Errand, { ready, listed }: Listed): Promise<void> {
  const { client, view } = errand;
  if (view.name === 'unfiltered') {
    sendText(errand, { status: 403, text: 'This address only tells what there is; files are given out elsewhere.' });
    return;
  }
  const project = ready.page.name;
  const { artifact, judged } = await keepWaiting(errand, bring(desk, ready, listed));
  if (!showsFile(view, { ...judged, project, sha256: listed.sha256 })) {
    // From now on its page does not list it any more.
    desk.pages.forget(project);
    refuse(desk, errand, { judged, project });
    return;
  }
  const { hash: policyHash } = desk.options.policy();
  const { version, file } = judged;
  const about = { client: client.id, project, version, filename: file.filename, sha256: listed.sha256, policyHash };
  desk.options.onEvent?.({ kind: 'served', verdict: 'allow', ...about, rules: [] });
  await sendFile(errand, { ...artifact, etag: `"${listed.sha256}"` });
}

/** As long as a page holds, what was learned of its files is judged once. */
const judgedFiles = new WeakMap<ListedFile, JudgedFile>();

async function bring(
  desk: Desk,
  { page }: ReadyPage,
  listed: ListedFile,
): Promise<{ readonly artifact: Artifact; readonly judged: JudgedFile }> {
  const { file } = listed.judged;
  const artifact = await desk.options.upstream.fetchArtifact(file, { signal: desk.signal });
  const known = judgedFiles.get(listed);
  if (known !== undefined) return { artifact, judged: known };
  const wheel = { file, sha256: listed.sha256, path: artifact.path };
  const inspection = listed.judged.isWheel ? await openListed(desk.options, wheel, desk.signal) : undefined;
  const learned = { sizeBytes: artifact.sizeBytes, inspection };
  const judged = judgeLearned(page, file, { ...desk.grounds(), learned });
  if (inspection?.verdict !== 'refused') judgedFiles.set(listed, judged);
  return { artifact, judged };
}

/** Says why in the answer, which pip and uv hide, and keeps it where their user finds it. */
function refuse({ options }: Desk, errand: Errand, { judged, project }: { judged: JudgedFile; project: string }): void {
  const { client, prefix } = errand;
  const { version, verdict, file, reasons } = judged;
  if (verdict === 'allow') {
    sendText(errand, { status: 403, text: `${file.filename} is not part of this lock.` });
    return;
  }
  client.refusals.note(file.filename, { at: new Date(), project, notes: [noteFile(judged, verdict)] });
  const rules = reasons.map(({ rule }) => rule);
  const about = { client: client.id, project, version, filename: file.filename, sha256: file.sha256 };
  options.onEvent?.({ kind: 'refused', verdict, ...about, policyHash: options.policy().hash, rules });
  const lines = reasons.map(({ rule, message }) => `${toVisible(message)} [${rule}]`);
  const text = [`Belljar does not let ${file.filename} through:`, ...lines, `See ${prefix}/refusals`].join('\n');
  sendText(errand, { status: 403, text });
}
