/**
 * Writes the facts of a dump of advisories that ship with Belljar. Usage: write-advisory-digest.ts DUMP [CREDIT]
 *
 * No descriptions and no summaries: ids, aliases, projects, ranges, versions, severities and dates.
 */
import { writeFileSync } from 'node:fs';

import { readFactsLine, writeFactsLine } from '../src/packages/advisories/facts-line.ts';
import { firstDataFile, firstDataHeader } from '../src/packages/advisories/first-data.ts';
import { readDump } from '../src/packages/advisories/read-dump.ts';
import { digestOf } from '../src/packages/advisories/snapshot.ts';

const [dump, credit = 'PyPA advisory database contributors'] = process.argv.slice(2);
if (dump === undefined) throw new Error('name the dump: a ZIP file or a folder of OSV records');

const { snapshot, counts } = await readDump(dump);
const lines = [...snapshot.lines.values()].map((line) =>
  writeFactsLine({ ...readFactsLine(line), summary: undefined }),
);
const header = firstDataHeader.parse({
  belljarAdvisories: 1,
  source: 'Python Packaging Advisory Database',
  credit,
  licence: 'CC-BY-4.0',
  changes: 'Reduced to facts by Belljar: no descriptions, no summaries, no references.',
  asOf: snapshot.asOf,
  digest: digestOf(lines),
  advisories: lines.length,
});
const text = `${[JSON.stringify(header), ...lines].join('\n')}\n`;
writeFileSync(firstDataFile, text);
console.log(`${firstDataFile.pathname}: ${lines.length} advisories, ${Buffer.byteLength(text)} bytes`);
for (const problem of counts.problems) console.log(`  ${problem}`);
