import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

import { BelljarError, refuseWhenCancelled } from '../../errors.ts';
import type { StoredBytecode } from '../bytecode/index.ts';
import type { PythonBuild } from '../pythons/index.ts';
import type { StoredEntryPoint, StoredFile, StoredWheel } from '../wheel-store/index.ts';
import { isBytecode, type RecordRow, sha256Of, writeRecord } from './installed-record.ts';
import { type Layout, layoutFor } from './layout.ts';
import { pointAtPython, writeProgram } from './program-text.ts';
import { itself, type PlannedTree, type TreeEntry, TreePlan, type WrittenEntry } from './tree-plan.ts';

/** One package of an environment. */
export interface PlacedWheel {
  readonly wheel: StoredWheel;
  readonly bytecode: StoredBytecode | undefined;
  /** Asked for by name by whoever had it built. It is told to people: nothing of the tree may depend on it. */
  readonly isRequested: boolean;
}

export interface EnvironmentContents {
  readonly wheels: readonly PlacedWheel[];
  readonly python: Pick<PythonBuild, 'executable' | 'version'>;
  readonly signal?: AbortSignal | undefined;
}

/** One wheel on its way into the plan, and the rows that its RECORD gets. */
interface Placing extends PlacedWheel {
  readonly plan: TreePlan;
  readonly layout: Layout;
  readonly owner: string;
  readonly rows: Map<string, RecordRow>;
}

/**
 * Everything that an environment is made of, and nothing of it made yet.
 *
 * @throws PACKAGES_COLLIDE where two wheels, or a wheel and the environment itself, want one path for different files.
 */
export async function planEnvironment({ wheels, python, signal }: EnvironmentContents): Promise<PlannedTree> {
  const plan = new TreePlan();
  const layout = layoutFor(python.version);
  claimOwn(plan, python);
  const placings = wheels.map((placed): Placing => {
    return { ...placed, plan, layout, owner: `${placed.wheel.name} ${placed.wheel.version}`, rows: new Map() };
  });
  for (const placing of placings) {
    refuseWhenCancelled(signal);
    await placeFiles(placing);
    placePrograms(placing);
    placeMark(placing);
  }
  // After all files: what a wheel brought compiled gives way to what was compiled from the source that is there.
  for (const placing of placings) placeBytecode(placing);
  for (const placing of placings) placeRecord(placing);
  return { folders: plan.folders, entries: plan.entries };
}

function claimOwn(plan: TreePlan, { executable, version }: EnvironmentContents['python']): void {
  const [major, minor] = version.split('.');
  const lines = [`home = ${dirname(executable)}`, 'include-system-site-packages = false', `version = ${version}`];
  const own: Record<string, TreeEntry> = {
    'bin/python': { kind: 'pointer', target: executable },
    [`bin/python${major}`]: { kind: 'pointer', target: 'python' },
    [`bin/python${major}.${minor}`]: { kind: 'pointer', target: 'python' },
    lib64: { kind: 'pointer', target: 'lib' },
    'pyvenv.cfg': written(`${lines.join('\n')}\n`),
  };
  for (const [path, entry] of Object.entries(own)) plan.claim({ path, owner: itself, entry });
}

async function placeFiles(placing: Placing): Promise<void> {
  const { wheel } = placing;
  for (const file of wheel.files) {
    if (isInstallersOwn(wheel, file) || isReplaced(wheel, file)) continue;
    place(placing, pathOf(placing, file), await entryOf(wheel, file));
  }
}

/** What installers write themselves, whatever a wheel brings by that name. */
function isInstallersOwn({ distInfo }: StoredWheel, { scheme, path }: StoredFile): boolean {
  if (scheme !== 'site' || dirname(path) !== distInfo) return false;
  return ['INSTALLER', 'REQUESTED', 'RECORD', 'direct_url.json'].includes(basename(path));
}

/** A script by the name of an entry point is what an old tool made of it. */
function isReplaced({ entryPoints }: StoredWheel, { scheme, path }: StoredFile): boolean {
  return scheme === 'scripts' && entryPoints.some(({ name }) => name === path);
}

function pathOf({ layout, wheel }: Placing, { scheme, path }: StoredFile): string {
  switch (scheme) {
    case 'site':
      return `${layout.site}/${path}`;
    case 'scripts':
      return `${layout.scripts}/${path}`;
    case 'headers':
      return `${layout.headersOf(wheel.name)}/${path}`;
    case 'data':
      return path.startsWith('lib64/') ? `lib/${path.slice('lib64/'.length)}` : path;
  }
}

/** Every script can be started, whatever its mode in the wheel; one that differs from the wheel’s is a file of its own. */
async function entryOf({ folder }: StoredWheel, file: StoredFile): Promise<TreeEntry> {
  const { scheme, path, sha256, sizeBytes, isExecutable, isPythonScript } = file;
  const from = `${folder}/${scheme}/${path}`;
  if (scheme !== 'scripts' || (isExecutable && !isPythonScript)) {
    return { kind: 'stored', from, sha256, sizeBytes, isExecutable };
  }
  const content = await readFile(from);
  return { kind: 'written', content: isPythonScript ? pointAtPython(content) : content, isExecutable: true };
}

function placePrograms(placing: Placing): void {
  const { wheel, layout } = placing;
  for (const point of wheel.entryPoints) {
    requireFunction(point, placing.owner);
    place(placing, `${layout.scripts}/${point.name}`, { ...written(writeProgram(point)), isExecutable: true });
  }
}

const dottedName = /^[\p{ID_Start}_][\p{ID_Continue}]*(?:\.[\p{ID_Start}_][\p{ID_Continue}]*)*$/u;

/** The store has seen to this; nothing becomes a line of Python that it let through in error. */
function requireFunction({ name, module, attribute }: StoredEntryPoint, owner: string): void {
  if (dottedName.test(module) && dottedName.test(attribute) && !name.includes('/')) return;
  throw new BelljarError('INTERNAL', `${owner} was stored with an entry point that names no function`);
}

function placeMark(placing: Placing): void {
  const { wheel, layout } = placing;
  place(placing, `${layout.site}/${wheel.distInfo}/INSTALLER`, written('belljar\n'));
}

function placeBytecode(placing: Placing): void {
  const { bytecode, plan, layout, owner, rows } = placing;
  for (const { path: inner, sha256, sizeBytes } of bytecode?.files ?? []) {
    const path = `${layout.site}/${inner}`;
    if (!isBytecode(path)) throw new BelljarError('INTERNAL', `${owner} has bytecode in ${inner}`);
    const from = `${bytecode?.folder}/${inner}`;
    const entry = { kind: 'stored', from, sha256, sizeBytes, isExecutable: false } as const;
    plan.replace({ path, owner, entry });
    rows.set(path, { path });
  }
}

function placeRecord(placing: Placing): void {
  const { wheel, plan, layout, owner, rows } = placing;
  const path = `${layout.site}/${wheel.distInfo}/RECORD`;
  rows.set(path, { path });
  const content = writeRecord([...rows.values()], layout.site);
  plan.claim({ path, owner, entry: { kind: 'written', content, isExecutable: false } });
}

function place({ plan, owner, rows }: Placing, path: string, entry: TreeEntry): void {
  plan.claim({ path, owner, entry });
  rows.set(path, rowOf(path, entry));
}

function rowOf(path: string, entry: TreeEntry): RecordRow {
  if (isBytecode(path) || entry.kind === 'pointer') return { path };
  if (entry.kind === 'stored') return { path, sha256: entry.sha256, sizeBytes: entry.sizeBytes };
  return { path, sha256: sha256Of(entry.content), sizeBytes: entry.content.length };
}

function written(text: string): WrittenEntry {
  return { kind: 'written', content: Buffer.from(text), isExecutable: false };
}
