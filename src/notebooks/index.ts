export type { Cell, CodeCell, Notebook, Output } from './notebook.ts';
export { maxNotebookBytes, readNotebook } from './read-notebook.ts';
export { writeNotebook } from './write-notebook.ts';
