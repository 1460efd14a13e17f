import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Interpreter, findInterpreter } from '../../src/environments/index.ts';
import { ProcessBackend } from '../../src/sandbox/index.ts';
import {
  type LaunchLimits,
  type RunOutcome,
  Session,
  type SessionLimits,
  compileRunner,
  describeBundles,
  openSandbox,
} from '../../src/sessions/index.ts';

export type GlassLimits = LaunchLimits & SessionLimits;

export const roomyLimits: GlassLimits = {
  memoryBytes: 512 * 1024 * 1024,
  cpus: 2,
  processes: 64,
  cpuTimeMs: 600_000,
  wallTimeMs: 600_000,
  outputBytes: 1_000_000,
  diskBytes: 64 * 1024 * 1024,
  scratchBytes: 64 * 1024 * 1024,
  openFiles: 256,
};

/** Ours, as an embedding program uses it, in a home that is gone afterwards. */
export class Glass implements Disposable {
  readonly interpreter: Interpreter;
  readonly #backend: ProcessBackend;
  readonly #home: string;

  private constructor(interpreter: Interpreter, backend: ProcessBackend, home: string) {
    this.interpreter = interpreter;
    this.#backend = backend;
    this.#home = home;
  }

  static async prepare(): Promise<Glass> {
    const interpreter = await findInterpreter();
    const home = mkdtempSync(join(tmpdir(), 'belljar-bench-'));
    const cacheFolder = join(home, 'cache');
    const bundles = describeBundles(interpreter.parts, { runner: await compileRunner(interpreter, cacheFolder) });
    const backend = new ProcessBackend(bundles, { cacheFolder, volumesFolder: join(home, 'volumes') });
    return new Glass(interpreter, backend, home);
  }

  async open(limits: GlassLimits = roomyLimits, workspace?: string): Promise<Session> {
    const { executable } = this.interpreter;
    return Session.over(await openSandbox(this.#backend, { executable, limits, require: [], workspace }), limits);
  }

  [Symbol.dispose](): void {
    rmSync(this.#home, { recursive: true, force: true });
  }
}

/** Runs code in a session, with what it printed. */
export async function runIn(
  session: Session,
  code: string,
): Promise<{ readonly outcome: RunOutcome; readonly output: string }> {
  let output = '';
  const { outcome } = await session.runScript(
    { name: 'x.py', code, args: [] },
    {
      onEvent: (event) => {
        if (event.type === 'stream') output += Buffer.from(event.bytes).toString();
      },
    },
  );
  return { outcome, output };
}
