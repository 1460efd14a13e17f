import { BelljarError } from '../errors.ts';
import { giveIds } from './cell-ids.ts';
import { type Cell, type Notebook, tagsOf } from './notebook.ts';
import { writePythonLiteral } from './python-literal.ts';

export type Parameters = ReadonlyMap<string, unknown>;

const before = 'parameters';
const injected = 'injected-parameters';

/**
 * Sets names before the notebook runs, where papermill does: in a cell of their own behind the one tagged “parameters”,
 * in place of one that was put there before, else at the top.
 *
 * @throws USAGE where a name is none, or a value cannot be written down.
 */
export function setParameters(notebook: Notebook, parameters: Parameters): Notebook {
  if (parameters.size === 0) return notebook;
  const cells = notebook.cells.filter((cell) => !tagsOf(cell).includes(injected));
  const old = notebook.cells.findIndex((cell) => tagsOf(cell).includes(injected));
  const tagged = cells.findIndex((cell) => tagsOf(cell).includes(before));
  const at = old === -1 ? tagged + 1 : old;
  return { ...notebook, cells: giveIds(cells.toSpliced(at, 0, makeCell(parameters))) };
}

function makeCell(parameters: Parameters): Cell {
  const lines = [...parameters].map(([name, value]) => `${requireParameterName(name)} = ${writePythonLiteral(value)}`);
  return {
    cell_type: 'code',
    metadata: { tags: [injected] },
    source: ['# Parameters', ...lines].join('\n'),
    outputs: [],
    execution_count: null,
  };
}

const keywords = new Set(
  'False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield'.split(
    ' ',
  ),
);

/** @throws USAGE where Python knows no such name. */
export function requireParameterName(name: string): string {
  if (/^[\p{XID_Start}_]\p{XID_Continue}*$/u.test(name) && !keywords.has(name)) return name;
  throw new BelljarError('USAGE', `“${name}” cannot be a parameter`, { hint: 'A parameter has a name as in Python.' });
}
