/** Writes the two tables of docs/errors.md anew from the code, between the words around them. */
import { readFileSync, writeFileSync } from 'node:fs';

import { errorTable } from '../src/errors.ts';
import { outcomeTable } from '../src/sessions/index.ts';

const path = 'docs/errors.md';
const errors = Object.entries(errorTable).map(
  ([code, { http, exit, rpc, meaning, hint }]) => `| \`${code}\` | ${http} | ${exit} | ${rpc} | ${meaning} | ${hint} |`,
);
const outcomes = Object.entries(outcomeTable).map(
  ([status, { exit, meaning }]) => `| ${status} | ${exit ?? 'the code’s'} | ${meaning} |`,
);
const text = readFileSync(path, 'utf8');
writeFileSync(path, replaceTable(replaceTable(text, '| code', errors), '| outcome', outcomes));

function replaceTable(document: string, heading: string, rows: readonly string[]): string {
  const lines = document.split('\n');
  const start = lines.findIndex((line) => line.startsWith(heading));
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  return [...lines.slice(0, start + 2), ...rows, ...lines.slice(end)].join('\n');
}
