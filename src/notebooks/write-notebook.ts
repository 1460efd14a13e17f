import { BelljarError } from '../errors.ts';
import type { MimeBundle } from '../sessions/index.ts';
import { giveIds } from './cell-ids.ts';
import { writeLikePython } from './exact-json.ts';
import type { Cell, Notebook, Output } from './notebook.ts';

/** From this one on cells have ids. */
const minor = 5;

/**
 * The text of the file as Jupyter would write it: the same order, indent and lines.
 *
 * @throws NOTEBOOK_INVALID where it would be longer than any text can be.
 */
export function writeNotebook(notebook: Notebook): string {
  const { orig_nbformat: _format, orig_nbformat_minor: _minor, signature: _signature, ...metadata } = notebook.metadata;
  const document = {
    ...notebook,
    metadata,
    nbformat_minor: Math.max(minor, notebook.nbformat_minor),
    cells: giveIds(notebook.cells).map(writeCell),
  };
  try {
    return `${writeLikePython(document)}\n`;
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new BelljarError('NOTEBOOK_INVALID', 'the notebook is too large to be written', { cause });
  }
}

function writeCell(cell: Cell): object {
  const { trusted: _trusted, ...metadata } = cell.metadata;
  const written = { ...cell, metadata, source: splitLines(cell.source) };
  return cell.cell_type === 'code' ? { ...written, outputs: cell.outputs.map(writeOutput) } : written;
}

function writeOutput(output: Output): object {
  switch (output.output_type) {
    case 'stream':
      return { ...output, text: splitLines(output.text) };
    case 'display_data':
    case 'execute_result':
      return { ...output, data: splitBundle(output.data) };
    case 'error':
      return output;
  }
}

function splitBundle(data: MimeBundle): object {
  return Object.fromEntries(
    Object.entries(data).map(([mime, value]) => [
      mime,
      typeof value === 'string' && isKeptInLines(mime) ? splitLines(value) : value,
    ]),
  );
}

function isKeptInLines(mime: string): boolean {
  return mime.startsWith('text/') || mime === 'application/javascript' || mime === 'image/svg+xml';
}

/** Where Python's str.splitlines(True) does. */
function splitLines(text: string): string[] {
  return (
    text.match(
      /[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])|[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+$/g,
    ) ?? []
  );
}
