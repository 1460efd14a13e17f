import { type PageContent, PageProblem } from './page-content.ts';
import { parseHtmlPage } from './parse-html-page.ts';
import { parseJsonPage } from './parse-json-page.ts';

/**
 * A page in whichever form it is in: indexes label HTML as JSON and the other way round, so the content is believed.
 *
 * @throws PageProblem
 */
export function parsePage(body: Buffer, name: string, page: URL): PageContent {
  const text = body.toString('utf8').replace(/^\ufeff/, '');
  const first = /\S/.exec(text.slice(0, 1000))?.[0];
  if (first === '{') return parseJsonPage(text, name, page);
  if (first === '<') return parseHtmlPage(text, name, page);
  throw new PageProblem('it is neither JSON nor HTML');
}
