import type { ProjectPage } from '../upstream/index.ts';
import { sendReady, sendText } from './answer.ts';
import type { Desk, Errand } from './desk.ts';
import { keepWaiting } from './keep-waiting.ts';
import { contentTypes, negotiate, type PageForm, takesGzip } from './negotiate.ts';
import { renderHtmlRoot } from './page-html.ts';
import { renderJsonRoot } from './page-json.ts';
import type { ReadyPage } from './ready-page.ts';
import { makeBody } from './ready-body.ts';
import type { ServedForm } from './ready-pages.ts';
import type { ServedPage } from './served-page.ts';
import { tellFailure } from './tell-failure.ts';
import type { View } from './view.ts';

const vary = { vary: 'Accept, Accept-Encoding' };

/** The page of a project in the client's view. */
export async function servePage(desk: Desk, errand: Errand, name: string): Promise<void> {
  const form = requireForm(errand);
  if (form === undefined) return;
  const { client, view, request } = errand;
  const isCompressed = takesGzip(request.headers['accept-encoding']);
  const found = await keepWaiting(errand, findServed(desk, view, { name, form, isCompressed })).catch(
    (thrown: unknown) => {
      const reasons = [{ rule: 'index.unavailable', message: tellFailure(thrown).text }];
      client.refusals.note(name, { at: new Date(), project: name, notes: [{ verdict: 'deny', reasons }] });
      throw thrown;
    },
  );
  if (found === undefined) {
    sendUnknown(errand, name);
    return;
  }
  const { served, page } = found;
  client.refusals.note(name, { at: new Date(), project: name, notes: view.name === 'unfiltered' ? [] : served.notes });
  noteEmpty(desk, errand, found);
  sendReady(errand, served.body, { ...vary, ...freshness(errand, page) });
}

/** The list of projects; installers never ask for it. */
export function serveRoot({ pages }: Desk, errand: Errand): void {
  const form = requireForm(errand);
  if (form === undefined) return;
  const names = pages.names(errand.view);
  const text = form === 'json' ? renderJsonRoot(names) : renderHtmlRoot(names);
  sendReady(errand, makeBody(text, { type: contentTypes[form], grounds: '' }), vary);
}

interface Found {
  readonly page: ProjectPage;
  readonly served: ServedPage;
}

async function findServed(
  desk: Desk,
  view: View,
  { name, ...form }: ServedForm & { readonly name: string },
): Promise<Found | undefined> {
  const page = await desk.options.upstream.findPage(name, { signal: desk.signal });
  if (page === undefined) return undefined;
  return { page, served: await desk.pages.serve(page, view, { grounds: desk.grounds(), ...form }) };
}

/** The page of a project as it stands with upstream now, ready in a view; undefined where no index has it. */
export async function findReady(
  desk: Desk,
  view: View,
  name: string,
): Promise<{ readonly ready: ReadyPage; readonly page: ProjectPage } | undefined> {
  const page = await desk.options.upstream.findPage(name, { signal: desk.signal });
  return page === undefined ? undefined : { page, ready: await desk.pages.find(page, view, desk.grounds()) };
}

function requireForm(errand: Errand): PageForm | undefined {
  const form = negotiate(errand.request.headers.accept);
  if (form === undefined) {
    const text = `The page is there as ${Object.values(contentTypes).join(', ')}.`;
    sendText(errand, { status: 406, text, headers: vary });
  }
  return form;
}

function sendUnknown(errand: Errand, name: string): void {
  const message = `no index has a project of the name ${name}`;
  const notes = [{ verdict: 'deny', reasons: [{ rule: 'index.unknown', message }] }] as const;
  errand.client.refusals.note(name, { at: new Date(), project: name, notes });
  sendText(errand, { status: 404, text: `${message}.` });
}

/** A page of which nothing is left is a denial of the whole project. */
function noteEmpty({ options }: Desk, { client, view }: Errand, { page, served }: Found): void {
  if (!served.isEmpty || served.notes.length === 0 || view.name === 'unfiltered') return;
  const rules = [...new Set(served.notes.flatMap(({ reasons }) => reasons.map(({ rule }) => rule)))].slice(0, 20);
  const { hash: policyHash } = options.policy();
  // Where one of its versions waits for an answer, the project does.
  const verdict = served.notes.some((note) => note.verdict === 'ask') ? 'ask' : 'deny';
  options.onEvent?.({ kind: 'refused', verdict, client: client.id, project: page.name, policyHash, rules });
}

function freshness({ client }: Errand, { isStale, fetchedAt }: ProjectPage): Record<string, string> {
  return {
    ...(client.pageFreshS > 0 ? { 'cache-control': `private, max-age=${client.pageFreshS}` } : {}),
    ...(isStale ? { warning: '110 belljar "Response is Stale"', 'x-belljar-stale-since': fetchedAt } : {}),
  };
}
