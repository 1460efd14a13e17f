import assert from 'node:assert/strict';

import { BelljarError } from '../../../src/errors.ts';
import { type RunResult, Session, type SessionEvent } from '../../../src/sessions/index.ts';
import type { SeededRandom } from '../../policy/random.ts';
import { cutAnywhere, doneLine, honestLine, hostileLine, linesIn, strangersIn } from './hostile-lines.ts';
import { MemorySandbox } from '../../support/memory-sandbox.ts';

const limits = { memoryBytes: 1e8, wallTimeMs: 60_000, cpuTimeMs: 60_000, cpus: 1, outputBytes: 100_000 };
const runs = 3;

/** Some cells in a session whose runner lies now and then. Says how many frames it took. */
export async function fuzzSession(random: SeededRandom): Promise<number> {
  const runner = new LyingRunner(random);
  const session = await Session.over(runner.sandbox, limits);
  const results: RunResult[] = [];
  for (let run = 0; run < runs; run++) {
    const cell = session.run(`cell ${run}`);
    try {
      results.push(await cell.result);
    } catch (error) {
      assert.ok(error instanceof BelljarError && error.code === 'SESSION_CLOSED', String(error));
    }
  }
  await session.close();
  checkEvents(await Array.fromAsync(session.events()), runner.marks);
  for (const { outcome } of results)
    assert.ok(['ok', 'error', 'exited', 'signalled', 'broken'].includes(outcome.status));
  return runner.frames;
}

/** Numbered without a gap; each run ended once, by its last event; and nothing told of a run that was said of another. */
function checkEvents(events: readonly SessionEvent[], marks: readonly string[]): void {
  assert.deepEqual(
    events.map(({ seq }) => seq),
    events.map((_, index) => index + 1),
  );
  for (let run = 1; run <= runs; run++) {
    const told = events.filter((event) => event.run === String(run));
    assert.equal(told.filter(({ type }) => type === 'done').length, 1, `run ${run} has one end`);
    assert.equal(told.at(-1)?.type, 'done');
    assert.deepEqual(strangersIn(JSON.stringify(told), marks[run - 1] ?? 'none'), []);
  }
  const between = events.filter(({ run }) => run === null);
  assert.deepEqual(strangersIn(JSON.stringify(between), 'none'), []);
}

interface Asked {
  readonly type: string;
  readonly run: string;
  readonly ask: string;
}

function refusal(ask: string): string {
  return JSON.stringify({ type: 'reply', ask, isLast: 1, problem: 'there are no files here' });
}

class LyingRunner {
  readonly sandbox: MemorySandbox;
  readonly marks: string[] = [];
  frames = 0;
  readonly #random: SeededRandom;

  constructor(random: SeededRandom) {
    this.#random = random;
    this.sandbox = new MemorySandbox((line) => this.#take(JSON.parse(line) as Asked));
    this.sandbox.say([Buffer.from('{"type":"ready","protocol":2,"python":"3.11.2"}\n')]);
  }

  #take({ type, run, ask }: Asked): void {
    if (type === 'ask') this.sandbox.say([Buffer.from(`${refusal(ask)}\n`)]);
    if (type !== 'run') return;
    const random = this.#random;
    const known = { mark: run, others: [...this.marks] };
    this.marks.push(run);
    const lines: Buffer[] = Array.from({ length: random.below(30) }, () => Buffer.from(honestLine(random, run)));
    if (random.chance(0.6)) lines.splice(random.below(lines.length + 1), 0, hostileLine(random, known));
    lines.push(Buffer.from(doneLine(run)));
    const bytes = Buffer.concat(lines.flatMap((line): Buffer[] => [line, newline]));
    this.frames += linesIn(bytes);
    this.sandbox.say(cutAnywhere(random, bytes));
    if (random.chance(0.5)) setImmediate(() => this.sandbox.say([Buffer.from(`${honestLine(random, '')}\n`)]));
  }
}

const newline = Buffer.from('\n');
