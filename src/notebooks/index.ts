export type { Cell, CodeCell, Notebook, Output } from './notebook.ts';
export { type Parameters, setParameters } from './parameters.ts';
export { parseParameter, parseParametersFile } from './read-parameters.ts';
export { maxNotebookBytes, readNotebook } from './read-notebook.ts';
export type { CellPlace, CellReport } from './cell-report.ts';
export { type NotebookResult, type NotebookRunOptions, type NotebookSession, runNotebook } from './run-notebook.ts';
export { writeNotebook } from './write-notebook.ts';
