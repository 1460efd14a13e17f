import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { test } from 'node:test';

import { realAdvisories, realDump } from '../../../test/advisories/dumps.ts';
import { needs } from '../../../test/support/prerequisite.ts';
import { readFactsLine, writeFactsLine } from './facts-line.ts';
import { firstDataFile, firstDataHeader, loadFirstData } from './first-data.ts';
import { readDump } from './read-dump.ts';
import { digestOf, indexSnapshot } from './snapshot.ts';

test('what ships is what its header says, and says where it comes from', async () => {
  const [head = ''] = (await readFile(firstDataFile, 'utf8')).split('\n');
  const header = firstDataHeader.parse(JSON.parse(head));
  const { lines, digest, asOf } = await loadFirstData();
  assert.equal(header.licence, 'CC-BY-4.0');
  assert.equal(header.advisories, lines.size);
  assert.equal(header.digest, digestOf(lines.values()));
  assert.deepEqual([header.digest, header.asOf], [digest, asOf]);
});

test('what ships is small, and holds no texts', async () => {
  assert.ok((await stat(firstDataFile)).size < 700_000);
  const { lines } = await loadFirstData();
  for (const [id, line] of lines) {
    const advisory = readFactsLine(line);
    assert.equal(advisory.id, id);
    assert.equal(advisory.summary, undefined);
    assert.equal(writeFactsLine(advisory), line);
  }
});

test('what ships is the facts of the dump it was made from', needs(realAdvisories), async () => {
  const { snapshot } = await readDump(realDump);
  const { lines } = await loadFirstData();
  const facts = [...snapshot.lines.values()].map((line) =>
    writeFactsLine({ ...readFactsLine(line), summary: undefined }),
  );
  assert.deepEqual([...lines.values()], facts);
});

test('what ships knows old vulnerabilities of packages that everybody knows', async () => {
  const data = indexSnapshot(await loadFirstData());
  const found = data.find('Jinja2', '2.7.1');
  assert.ok(found.some(({ aliases }) => aliases.includes('CVE-2014-1402')));
  assert.deepEqual(
    data.find('jinja2', '2.7.2').filter(({ aliases }) => aliases.includes('CVE-2014-1402')),
    [],
  );
});
