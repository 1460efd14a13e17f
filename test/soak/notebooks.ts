/**
 * Runs notebooks of others in Jupyter and behind glass, and compares cell by cell. Options: --python PROGRAM, --only TEXT
 * (part of a notebook's name). Ends with code 1 at a difference that test/notebooks/differences.ts does not list, at a
 * listed one that is no more, and at a notebook that nbformat does not take for valid.
 */
import { parseArgs } from 'node:util';

import { type Deviation, compareNotebooks, findStale, findUnlisted } from '../notebooks/compare.ts';
import { differences } from '../notebooks/differences.ts';
import { keepParts } from '../notebooks/parts.ts';
import { judgeWritten, runBehindGlass, runInJupyter } from '../notebooks/sides.ts';

const { values } = parseArgs({ options: { python: { type: 'string' }, only: { type: 'string' } } });
const parts = keepParts(values.python ?? 'python3');
const notebooks = parts.notebooks.filter(({ id }) => id.includes(values.only ?? ''));

const begun = performance.now();
let cells = 0;
let listed = 0;
const all: Deviation[] = [];
const bad: string[] = [];
for (const notebook of notebooks) {
  const [jupyter, belljar] = [runInJupyter(parts, notebook), await runBehindGlass(parts, notebook)];
  const deviations = compareNotebooks(notebook.id, jupyter, belljar);
  const unlisted = findUnlisted(deviations, differences);
  const invalid = judgeWritten(parts, belljar);
  all.push(...deviations);
  cells += jupyter.cells.filter(({ cell_type: type }) => type === 'code').length;
  listed += deviations.length - unlisted.length;
  console.log(
    `${notebook.id}: ${jupyter.cells.length} cells, ${deviations.length - unlisted.length} deviations as listed`,
  );
  for (const { cell, aspect, ...sides } of unlisted) {
    console.log(`  cell ${cell}, ${aspect}:`);
    console.log(`    Jupyter ${sides.jupyter.slice(0, 500)}\n    Belljar ${sides.belljar.slice(0, 500)}`);
  }
  if (invalid !== '') console.log(`  not valid: ${invalid}`);
  if (unlisted.length > 0 || invalid !== '') bad.push(notebook.id);
}
const stale = values.only === undefined ? findStale(all, differences) : [];
for (const { notebook, aspects, reason } of stale) {
  console.log(`listed, but no more: ${notebook}: ${aspects.join(', ')}: ${reason}`);
  bad.push(notebook);
}
const minutes = ((performance.now() - begun) / 60_000).toFixed(1);
console.log(
  `notebooks: ${notebooks.length} with ${cells} code cells, ${listed} deviations as listed, ${minutes} min: ${bad.length === 0 ? 'as in Jupyter' : `NOT AS IN JUPYTER: ${bad.join(', ')}`}`,
);
process.exitCode = bad.length === 0 ? 0 : 1;
