import assert from 'node:assert/strict';
import { existsSync, globSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { BytecodeStore, halfFolder, type Shelf, verifyTree, WheelStore } from '../../src/environments/index.ts';
import { OtherProcess } from '../storage/other-process.ts';
import { openShelf } from '../support/shelf.ts';
import { makeWheel } from '../support/wheels.ts';

export interface KillWheelsOptions {
  /** A folder of its own, not there yet. */
  readonly home: string;
  readonly kills: number;
  /** How many build at once. */
  readonly builders: number;
  readonly onKill?: (count: number) => void;
}

export interface KillWheelsReport {
  readonly kills: number;
  /** Kills that hit a builder before it was done with what it was asked for. */
  readonly hits: number;
  readonly built: number;
  readonly leases: number;
  readonly environments: number;
  readonly storedWheels: number;
  readonly reclaimedBytes: number;
  readonly entries: number;
}

const program = new URL('fixtures/build-wheels.ts', import.meta.url);
/** What a builder says of one environment: the wheels are unpacked and compiled, it is assembled, placed, and there. */
const linesPerSet = 2 * 2 + 3;
/** About as long as a step takes. */
const longestStepMs = 150;

/**
 * Has several processes build environments of small wheels and kills each at a random moment of its work, then looks at all
 * that is there. Throws where something half-made can be leased or was stored, where something leaks, or the record is not whole.
 */
export async function killWheelBuilders(options: KillWheelsOptions): Promise<KillWheelsReport> {
  const { home, kills, builders, onKill } = options;
  const wheels = join(home, 'given');
  await mkdir(wheels, { recursive: true });
  const counts = { begun: 0, hits: 0, built: 0, leases: 0 };
  await using opened = await openShelf(home, { verifyTree });
  const seen = new Set<string>();
  const compiled = { NODE_COMPILE_CACHE: join(home, 'compiled') };
  await startOnce([home, wheels], compiled);
  const work = async (): Promise<void> => {
    while (counts.begun < kills) {
      const round = (counts.begun += 1);
      const sets = await giveWheels(wheels, round);
      const lines = await killOne([home, wheels, ...sets], compiled);
      const results = lines.filter(isResult);
      counts.built += results.filter((line) => line === 'built').length;
      if (results.length < sets.length) counts.hits += 1;
      counts.leases += await lookAtNew(opened.shelf, seen);
      onKill?.(round);
    }
  };
  await Promise.all(Array.from({ length: builders }, work));
  const { begun, ...told } = counts;
  return { kills: begun, ...told, ...(await settle(home)) };
}

/** Leaves what every start makes for itself: who is killed leaves nothing. */
async function startOnce(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  await using builder = new OtherProcess(program, args, env);
  builder.release();
  await builder.exit();
}

/**
 * What one builder said before it was killed: within a step that is drawn, so that kills hit each however slow the machine is.
 */
async function killOne(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string[]> {
  await using builder = new OtherProcess(program, args, env);
  if ((await builder.nextLine()) !== 'ready') throw new Error('it does not begin');
  const sets = args.length - 2;
  const lastStep = Math.floor(Math.random() * sets * linesPerSet);
  const lines: string[] = [];
  while (lines.length < lastStep && lines.filter(isResult).length < sets) lines.push(await builder.nextLine());
  const reading = (async () => {
    for (;;) lines.push(await builder.nextLine());
  })().catch(() => undefined);
  await delay(Math.random() * longestStepMs);
  builder.child.kill('SIGKILL');
  await builder.exit();
  await reading;
  return lines;
}

function isResult(line: string): boolean {
  return line === 'built' || line === 'leased';
}

/** Neighbouring rounds have one set in common, and sets of one round a wheel: several builders ask for the same. */
async function giveWheels(folder: string, round: number): Promise<string[]> {
  const first = round * 2;
  const names = [0, 1, 2, 3].map((step) => `pack${first + step}`);
  for (const name of names) {
    const { filename, bytes } = makeWheel({ name, files: modulesOf(name) });
    if (!existsSync(join(folder, filename))) await writeFile(join(folder, filename), bytes);
  }
  return names.slice(0, 3).map((name, at) => `${name},${names[at + 1]}`);
}

function modulesOf(name: string): Record<string, string> {
  const numbers = Array.from({ length: 4 }, (_, at) => at);
  return Object.fromEntries(numbers.map((at) => [`${name}/m${at}.py`, `def f${at}():\n    return ${at}\n`.repeat(20)]));
}

/** Each is leased, and read whole the first time that it is there. */
async function lookAtNew(shelf: Shelf, seen: Set<string>): Promise<number> {
  let leases = 0;
  for (const { key } of await shelf.list()) {
    if (seen.has(key)) continue;
    using lease = await shelf.lease(key);
    if (lease === undefined) continue;
    leases += 1;
    seen.add(key);
    assert.deepEqual((await shelf.verify(key)).problems, []);
  }
  return leases;
}

/** As the next start of Belljar finds it: swept, every wheel and all bytecode whole, and all of it reclaimed when asked to. */
async function settle(home: string) {
  await using opened = await openShelf(home, { verifyTree });
  const { shelf, record } = opened;
  await shelf.usage();
  const keys = (await shelf.list()).map(({ key }) => key);
  assert.deepEqual((await readdir(join(shelf.folder, 'built'))).sort(), keys.sort());
  assert.deepEqual(await readdir(halfFolder(shelf.folder)), []);
  const stores = { folder: shelf.folder, cacheFolder: join(home, 'cache') };
  const stored = globSync('wheels/*/*', { cwd: shelf.folder }).map((path) => basename(path));
  for (const sha256 of stored) assert.deepEqual(await new WheelStore(stores).verify(sha256), []);
  for (const path of globSync('bytecode/*/*/*', { cwd: shelf.folder })) {
    const [, build = '', , sha256 = ''] = path.split('/');
    assert.deepEqual(await new BytecodeStore(stores).verify(sha256, build), []);
  }
  const { removed, beforeBytes, afterBytes } = await shelf.collect({ maxBytes: 0 });
  assert.equal(removed.filter(({ name }) => keys.includes(name)).length, keys.length);
  assert.deepEqual(globSync('{built,wheels}/**/*.py', { cwd: shelf.folder }), []);
  const { ok, entries } = await record.verify();
  assert.ok(ok);
  const reclaimedBytes = beforeBytes - afterBytes;
  return { environments: keys.length, storedWheels: stored.length, reclaimedBytes, entries };
}
