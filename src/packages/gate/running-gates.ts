import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

/** A gate that is open: how its operator reaches it. */
const runningSchema = z.strictObject({ pid: z.int().positive(), url: z.url(), token: z.string().min(1) });
export type RunningGate = z.output<typeof runningSchema>;

/** What lies in the folder under another name is not looked at: no gate that is just being written, for one. */
const announcement = /^running-[0-9]+\.json$/;

/** Says that a gate is open, until what it resolves to is disposed of. Only its owner can read it. */
export async function announceGate(folder: string, gate: RunningGate): Promise<AsyncDisposable> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `running-${gate.pid}.json`);
  const half = join(folder, `.${randomUUID()}`);
  try {
    await writeFile(half, JSON.stringify(gate), { mode: 0o600, flag: 'wx' });
    await rename(half, path);
  } finally {
    await rm(half, { force: true });
  }
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
}

/** The gates that are open; what a killed one left is removed. */
export async function findRunningGates(folder: string): Promise<RunningGate[]> {
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    names.filter((name) => announcement.test(name)).map((name) => readRunning(join(folder, name))),
  );
  return found.filter((gate) => gate !== undefined);
}

async function readRunning(path: string): Promise<RunningGate | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const reading = runningSchema.safeParse(parseJson(text));
  if (reading.success && isAlive(reading.data.pid)) return reading.data;
  await rm(path, { force: true });
  return undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // another process was killed while it wrote
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
