import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Belljar, type Session } from '../../src/belljar.ts';
import { type Glass, type GlassLimits, roomyLimits } from '../sandbox/glass.ts';
import { quantile, timeOf } from '../sandbox/figures.ts';
import type { Task } from './tasks.ts';

const limits: GlassLimits = { ...roomyLimits, outputBytes: 64 * 1024 * 1024 };

/** Ours without a record, as the layer of sessions gives it. */
export class Ours implements AsyncDisposable {
  readonly #glass: Glass;
  #kept: Session | undefined;

  constructor(glass: Glass) {
    this.#glass = glass;
  }

  async time(task: Task): Promise<number> {
    if (task.what === 'run') return timeRuns((this.#kept ??= await this.#glass.open(limits)), task);
    const startedAt = performance.now();
    const session = await this.#glass.open(limits);
    if (task.code !== '') await runWhole(session, task.code);
    const ms = performance.now() - startedAt;
    await session.close();
    return ms;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#kept?.close();
  }
}

/** Ours as an embedding program opens it, with the record of a real home. */
export class OursRecorded implements AsyncDisposable {
  readonly #belljar: Belljar;
  readonly #home: string;
  readonly #session: Session;

  private constructor(belljar: Belljar, home: string, session: Session) {
    this.#belljar = belljar;
    this.#home = home;
    this.#session = session;
  }

  static async open(): Promise<OursRecorded> {
    const home = mkdtempSync(join(tmpdir(), 'belljar-bench-'));
    const belljar = await Belljar.open({ home });
    const session = await belljar.sessions.open({ actor: { id: 'bench', kind: 'user' }, role: 'owner' });
    return new OursRecorded(belljar, home, session);
  }

  time(task: Task): Promise<number> {
    return timeRuns(this.#session, task);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#belljar[Symbol.asyncDispose]();
    rmSync(this.#home, { recursive: true, force: true });
  }
}

async function timeRuns(session: Session, { code, before, times = 1 }: Task): Promise<number> {
  if (before !== undefined) await runWhole(session, before);
  const all: number[] = [];
  for (let time = 0; time < times; time++) all.push(await timeOf(() => runWhole(session, code)));
  return quantileOf(all);
}

async function runWhole(session: Session, code: string): Promise<void> {
  const { outcome, cutBytes } = await session.run(code).result;
  if (outcome.status !== 'ok' || cutBytes > 0) throw new Error(`the cell ended with ${JSON.stringify(outcome)}`);
}

function quantileOf(all: readonly number[]): number {
  return all.length === 1 ? (all[0] ?? Number.NaN) : quantile(all, 0.5);
}
