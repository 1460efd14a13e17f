import type { Cell, Notebook, Output } from '../../src/notebooks/index.ts';
import type { Difference } from './differences.ts';

/** What a reader sees of a cell, without what differs from run to run. */
export interface CellView {
  readonly stdout: string;
  readonly stderr: string;
  /** Of results and displays, in their order. */
  readonly text: readonly string[];
  /** How many pictures. */
  readonly images: number;
  /** The name of the exception; empty where there was none. */
  readonly error: string;
}

export type Aspect = keyof CellView;

export interface Deviation {
  readonly notebook: string;
  /** From 0, among all cells. */
  readonly cell: number;
  readonly aspect: Aspect;
  readonly jupyter: string;
  readonly belljar: string;
}

export const aspects: readonly Aspect[] = ['stdout', 'stderr', 'text', 'images', 'error'];

/** Holds the outputs of two runs of one notebook against each other, cell by cell. */
export function compareNotebooks(id: string, jupyter: Notebook, belljar: Notebook): Deviation[] {
  return jupyter.cells.flatMap((cell, index) => {
    const [theirs, ours] = [viewOf(cell), viewOf(belljar.cells[index])];
    return aspects.flatMap((aspect) => {
      const [one, other] = [JSON.stringify(theirs[aspect]), JSON.stringify(ours[aspect])];
      return one === other ? [] : [{ notebook: id, cell: index, aspect, jupyter: one, belljar: other }];
    });
  });
}

function viewOf(cell: Cell | undefined): CellView {
  const outputs = cell?.cell_type === 'code' ? cell.outputs : [];
  return {
    stdout: printedOn('stdout', outputs),
    stderr: printedOn('stderr', outputs),
    text: outputs.flatMap(textOf),
    images: outputs.filter(hasImage).length,
    error: outputs.flatMap((output) => (output.output_type === 'error' ? [output.ename] : [])).join(', '),
  };
}

function printedOn(name: string, outputs: readonly Output[]): string {
  return normalise(
    outputs
      .flatMap((output) => (output.output_type === 'stream' && output.name === name ? [output.text] : []))
      .join(''),
  );
}

function textOf(output: Output): string[] {
  if (output.output_type !== 'display_data' && output.output_type !== 'execute_result') return [];
  const text = output.data['text/plain'];
  return typeof text === 'string' ? [normalise(text)] : [];
}

function hasImage(output: Output): boolean {
  if (output.output_type !== 'display_data' && output.output_type !== 'execute_result') return false;
  return Object.keys(output.data).some((mime) => mime.startsWith('image/'));
}

/** Addresses (of which IPython does not say that they are those of objects), times, and the names of cells. */
function normalise(text: string): string {
  return text
    .replaceAll(/( object)? at 0x[0-9a-fA-F]+/g, ' at 0x…')
    .replaceAll(/\/tmp\/ipykernel_\d+\/\d+\.py|\bcell \d+(?=:\d)|<ipython-input-[^>]*>/g, 'CELL')
    .replaceAll(/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?/g, 'TIME')
    .replaceAll(/\b\d+(\.\d+)? ?(ns|µs|ms|s|min)\b/g, 'DURATION')
    .replaceAll(/\/\S*\/site-packages\//g, 'PACKAGES/');
}

/** What no listed difference covers. */
export function findUnlisted(deviations: readonly Deviation[], list: readonly Difference[]): Deviation[] {
  return deviations.filter((deviation) => !list.some((difference) => covers(difference, deviation)));
}

/** Listed differences that nothing shows any more. */
export function findStale(deviations: readonly Deviation[], list: readonly Difference[]): Difference[] {
  return list.filter(
    (difference) => difference.varies !== true && !deviations.some((deviation) => covers(difference, deviation)),
  );
}

function covers({ notebook, cells, aspects: meant }: Difference, deviation: Deviation): boolean {
  return (
    matches(notebook, deviation.notebook) &&
    (cells === undefined || cells.includes(deviation.cell)) &&
    meant.includes(deviation.aspect)
  );
}

function matches(pattern: string, id: string): boolean {
  return new RegExp(
    `^${pattern
      .split('*')
      .map((part) => RegExp.escape(part))
      .join('.*')}$`,
  ).test(id);
}
