/** Proves that every link between the documents leads to a file, and that no document is left out of the index. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const documents = [...globSync('*.md'), ...globSync('docs/**/*.md')];
const problems = documents.flatMap((document) => brokenLinks(document));
const linked = new Set(documents.flatMap((document) => linksOf(document).map(([, path]) => path)));
for (const document of globSync('docs/**/*.md')) {
  if (!linked.has(document)) problems.push(`${document}: no other document links to it`);
}

for (const problem of problems) console.error(problem);
console.log(`documents: ${documents.length}, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;

function brokenLinks(document: string): string[] {
  return linksOf(document)
    .filter(([, path]) => !existsSync(path))
    .map(([line, path]) => `${document}:${line}: links to ${path}, which is not there`);
}

function linksOf(document: string): [line: number, path: string][] {
  const lines = readFileSync(document, 'utf8').split('\n');
  return lines.flatMap((text, index) =>
    [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !/^[a-z]+:/.test(target))
      .map((target): [number, string] => [index + 1, join(dirname(document), target)]),
  );
}
