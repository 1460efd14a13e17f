/**
 * Proves the import directions of the house: each folder imports those below it, by their doors, and no import
 * goes round in a circle. Usage: check-imports.ts [ROOT]
 */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** From the ground up; what shares a line may not import each other. */
const floors = [
  ['errors.ts', 'launcher.ts', 'nearest.ts', 'own-folder.ts', 'visible.ts', 'words.ts'],
  ['canonical-json.ts', 'guarded-file.ts', 'kept-folder.ts', 'options.ts', 'units.ts', 'workspace-name.ts', 'yaml'],
  ['background.ts', 'policy', 'storage'],
  ['record'],
  ['sandbox'],
  ['packages'],
  ['environments'],
  ['sessions'],
  ['notebooks', 'programs', 'workspace-packages'],
  ['exports', 'jupyter'],
  ['plugins'],
  ['live-policy', 'settings'],
  ['home-gate.ts', 'housekeeping.ts', 'inspect.ts', 'proof'],
  ['gates.ts', 'home-environments.ts', 'workspaces.ts'],
  ['belljar.ts'],
  ['cli', 'api', 'client'],
];

/** What is large has further doors, for those who want a part of it without loading the rest. */
const furtherDoors = [
  'environments/inside.ts',
  'environments/interpreter.ts',
  'packages/imports.ts',
  'packages/packages.ts',
  'sandbox/egress/special-addresses.ts',
];

const root = resolve(process.argv[2] ?? '.');
const source = join(root, 'src');
const files = globSync('**/*.ts', { cwd: source }).filter((file) => !file.endsWith('.test.ts'));
const graph = new Map(files.map((file) => [file, importsOf(file)]));
const problems = [...graph].flatMap(([file, imports]) => imports.flatMap((target) => judgeImport(file, target)));
problems.push(...findCircles());

for (const problem of problems) console.error(problem);
console.log(
  problems.length === 0
    ? `import directions: ${files.length} files, clean`
    : `import directions: ${problems.length} problems`,
);
process.exitCode = problems.length === 0 ? 0 : 1;

function importsOf(file: string): string[] {
  const text = readFileSync(join(source, file), 'utf8');
  const found = text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'|new URL\('(\.[^']+\.ts)'/g);
  return [...found].map(([, imported, url]) => {
    return relative(source, resolve(source, dirname(file), imported ?? url ?? ''));
  });
}

function judgeImport(file: string, target: string): string[] {
  const [from, to] = [roomOf(file), roomOf(target)];
  if (from === to) return [];
  const [fromFloor, toFloor] = [floorOf(from), floorOf(to)];
  if (fromFloor === -1) return [`src/${file}: ${from} has no floor in scripts/check-imports.ts`];
  if (toFloor === -1)
    return target.startsWith('..') ? [] : [`src/${file}: ${to} has no floor in scripts/check-imports.ts`];
  if (toFloor >= fromFloor) return [`src/${file}: imports ${target}, which is not below ${from}`];
  if (target.includes('/') && target !== `${to}/index.ts` && !furtherDoors.includes(target))
    return [`src/${file}: imports ${target} past its door ${to}/index.ts`];
  return [];
}

function roomOf(file: string): string {
  return file.split('/')[0] ?? file;
}

function floorOf(room: string): number {
  return floors.findIndex((rooms) => rooms.includes(room));
}

function findCircles(): string[] {
  const circles: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const visit = (file: string, path: readonly string[]): void => {
    if (state.get(file) === 'done') return;
    if (state.get(file) === 'open') {
      circles.push(`a circle of imports: ${[...path.slice(path.indexOf(file)), file].join(' → ')}`);
      return;
    }
    state.set(file, 'open');
    for (const target of graph.get(file) ?? []) visit(target, [...path, file]);
    state.set(file, 'done');
  };
  for (const file of files) visit(file, []);
  return circles;
}
