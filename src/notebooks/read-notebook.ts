import { z } from 'zod';

import { BelljarError } from '../errors.ts';
import { giveIds } from './cell-ids.ts';
import { parseExact } from './exact-json.ts';
import { type Notebook, notebookSchema } from './notebook.ts';

/** Enough for a notebook full of figures; what is read lies in memory several times over. */
export const maxNotebookBytes = 128 * 1024 * 1024;

const versionSchema = z.looseObject({ nbformat: z.unknown().optional(), worksheets: z.unknown().optional() });

/**
 * Reads a notebook of format 4, older or newer minor versions too, and gives its cells ids where they have none.
 *
 * @throws NOTEBOOK_INVALID, which says where and what to do.
 */
export function readNotebook(text: string): Notebook {
  const document = parseDocument(text);
  requireVersion(document);
  const parsed = notebookSchema.safeParse(document);
  if (!parsed.success) throw invalid(`this is not a notebook: ${describeIssue(parsed.error)}`);
  return { ...parsed.data, cells: giveIds(parsed.data.cells) };
}

function parseDocument(text: string): unknown {
  if (Buffer.byteLength(text) > maxNotebookBytes)
    throw invalid(`the notebook is larger than ${maxNotebookBytes} bytes`);
  try {
    return parseExact(text.replace(/^\ufeff/, ''));
  } catch (thrown) {
    if (thrown instanceof RangeError) throw invalid('the notebook is nested too deeply', thrown);
    throw invalid(`this is not a notebook: ${(thrown as Error).message}`, thrown);
  }
}

function requireVersion(document: unknown): void {
  const { success, data } = versionSchema.safeParse(document);
  if (!success || (data.nbformat === undefined && data.worksheets === undefined)) {
    throw invalid('this is JSON, but not a notebook: it has no “nbformat”');
  }
  if (data.nbformat === 4) return;
  const isOld = data.worksheets !== undefined || (typeof data.nbformat === 'number' && data.nbformat < 4);
  const hint = isOld
    ? 'Convert it: jupyter nbconvert --to notebook --nbformat 4 NOTEBOOK'
    : 'Save it as format 4, the one that Jupyter writes.';
  const version = typeof data.nbformat === 'number' ? data.nbformat : isOld ? 3 : 'unknown';
  throw new BelljarError('NOTEBOOK_INVALID', `the notebook is of format ${version}; only format 4 is read`, { hint });
}

/** The first place that is wrong, with cells and outputs counted from one. */
function describeIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'it does not have the form of one';
  const place = issue.path.map((part) => (typeof part === 'number' ? ` ${part + 1}` : `.${String(part)}`)).join('');
  return `${place.slice(1) || 'the document'}: ${issue.message}`;
}

function invalid(message: string, cause?: unknown): BelljarError {
  return new BelljarError('NOTEBOOK_INVALID', message, cause === undefined ? {} : { cause });
}
