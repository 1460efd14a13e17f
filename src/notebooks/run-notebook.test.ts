import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { RunNews, RunOutcome } from '../sessions/index.ts';
import type { CellReport } from './cell-report.ts';
import type { CodeCell, Output } from './notebook.ts';
import { readNotebook } from './read-notebook.ts';
import { type NotebookRunOptions, type NotebookSession, runNotebook } from './run-notebook.ts';

const ok: RunOutcome = { status: 'ok' };

/** What each source tells, by its first line. */
type Script = Readonly<Record<string, { news?: readonly RunNews[]; outcome?: RunOutcome; untilAborted?: boolean }>>;

/** A session whose cells are written down beforehand; it keeps what was run. */
class ScriptedSession implements NotebookSession {
  readonly ran: string[] = [];
  readonly refused: string[] = [];
  readonly #script: Script;

  constructor(script: Script) {
    this.#script = script;
  }

  refuse(call: string): void {
    this.refused.push(call);
  }

  run(code: string, { signal }: { readonly signal?: AbortSignal | undefined }): ReturnType<NotebookSession['run']> {
    this.ran.push(code);
    const { news = [], outcome = ok, untilAborted = false } = this.#script[code] ?? {};
    const over = Promise.withResolvers<undefined>();
    if (untilAborted) signal?.addEventListener('abort', () => over.resolve(undefined));
    else over.resolve(undefined);
    const result = over.promise.then(() => ({ outcome }));
    return {
      result,
      async *[Symbol.asyncIterator]() {
        for (const [index, one] of news.entries()) yield { ...one, seq: index + 1, run: '1' };
        await result;
      },
    };
  }
}

function cell(source: string, ...tags: string[]): object {
  const outputs = [{ output_type: 'stream', name: 'stdout', text: 'old\n' }];
  return { cell_type: 'code', source, metadata: { tags, execution: { a: 'b' } }, outputs, execution_count: 9 };
}

async function run(script: Script, cells: readonly object[], options: NotebookRunOptions = {}) {
  const session = new ScriptedSession(script);
  const notebook = readNotebook(JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: { kept: 1 }, cells }));
  const result = await runNotebook(session, notebook, options);
  const codeCells = result.notebook.cells.filter((each): each is CodeCell => each.cell_type === 'code');
  return { ...result, session, outputs: codeCells.map((each) => each.outputs), codeCells };
}

const print = (text: string, name: 'stdout' | 'stderr' = 'stdout'): RunNews => ({ type: 'stream', name, text });
const raise: RunNews = {
  type: 'error',
  name: 'ValueError',
  value: 'no',
  frames: [],
  traceback: 'Traceback …\nValueError: no\n',
};
const show = (text: string, displayId?: string, isUpdate?: boolean): RunNews => ({
  type: 'display_data',
  data: { 'text/plain': text },
  metadata: {},
  displayId,
  isUpdate,
});
const textsOf = (outputs: readonly Output[] = []): unknown[] =>
  outputs.map((output) => {
    if (output.output_type === 'stream') return output.text;
    return output.output_type === 'error' ? output.ename : output.data['text/plain'];
  });

describe('runNotebook()', () => {
  it('runs the code cells in order, counts them, and leaves out text and empty cells', async () => {
    const { session, codeCells, cells, stoppedAt } = await run({}, [
      cell('a'),
      { cell_type: 'markdown', source: 'no' },
      cell(' \n'),
      cell('b'),
    ]);
    assert.deepEqual(session.ran, ['a', 'b']);
    assert.deepEqual(
      codeCells.map((each) => each.execution_count),
      [1, null, 2],
    );
    assert.deepEqual(
      cells.map(({ index, number, total, status }) => [index, number, total, status]),
      [
        [0, 1, 2, 'ok'],
        [3, 2, 2, 'ok'],
      ],
    );
    assert.equal(stoppedAt, undefined);
  });

  it('leaves nothing of an earlier run, but keeps a cell that is tagged to be skipped', async () => {
    const { session, codeCells, notebook } = await run({}, [cell('a'), cell('b', 'skip-execution')]);
    assert.deepEqual(session.ran, ['a']);
    assert.deepEqual(codeCells[0]?.outputs, []);
    assert.equal(codeCells[0].metadata['execution'], undefined);
    assert.deepEqual(textsOf(codeCells[1]?.outputs), ['old\n']);
    assert.equal(codeCells[1]?.execution_count, 9);
    assert.deepEqual(notebook.metadata, { kept: 1 });
  });

  it('joins what a stream prints until something else comes between', async () => {
    const news = [print('a\r'), print('b'), print('c', 'stderr'), print('d'), show('x'), print('e')];
    const { outputs } = await run({ a: { news } }, [cell('a')]);
    assert.deepEqual(textsOf(outputs[0]), ['a\rb', 'c', 'd', 'x', 'e']);
  });

  it('keeps results with their count, and errors by their lines', async () => {
    const news: RunNews[] = [
      { type: 'execute_result', data: { 'text/plain': '2' }, metadata: { m: 1 }, executionCount: 7 },
      raise,
    ];
    const { outputs, codeCells, cells } = await run({ a: { news } }, [cell('a')]);
    assert.deepEqual(outputs[0], [
      { output_type: 'execute_result', data: { 'text/plain': '2' }, metadata: { m: 1 }, execution_count: 7 },
      { output_type: 'error', ename: 'ValueError', evalue: 'no', traceback: ['Traceback …', 'ValueError: no'] },
    ]);
    assert.equal(codeCells[0]?.execution_count, 7);
    assert.equal(cells[0]?.error?.name, 'ValueError');
  });

  it('renews what was shown under an id, in earlier cells too, and shows no update of what never was', async () => {
    const { outputs } = await run(
      {
        a: { news: [show('1', 'x'), show('other')] },
        b: { news: [show('2', 'x', true), show('3', 'unknown', true)] },
        c: { news: [show('4', 'x')] },
      },
      [cell('a'), cell('b'), cell('c')],
    );
    assert.deepEqual(outputs.map(textsOf), [['4', 'other'], [], ['4']]);
  });

  it('clears at once, or only when something follows', async () => {
    const clear = (wait: boolean): RunNews => ({ type: 'clear_output', wait });
    const { outputs } = await run(
      {
        a: { news: [print('a'), clear(false), print('b')] },
        b: { news: [print('a'), clear(true), print('b'), print('c')] },
        c: { news: [print('a'), clear(true)] },
        d: { news: [print('a'), show('1', 'x'), clear(false), show('2', 'x', true)] },
      },
      ['a', 'b', 'c', 'd'].map((source) => cell(source)),
    );
    assert.deepEqual(outputs.map(textsOf), [['b'], ['bc'], ['a'], []]);
  });

  it('says where output was cut', async () => {
    const { outputs } = await run({ a: { news: [print('x'), { type: 'cut', limitBytes: 1000 }] } }, [cell('a')]);
    assert.deepEqual(textsOf(outputs[0]), ['x', 'belljar: output beyond 1 kB is cut\n']);
  });

  it('stops at the first error, goes on where that is allowed or the cell is tagged', async () => {
    const script = { bad: { news: [raise] } };
    const stopped = await run(script, [cell('bad'), cell('after')]);
    assert.equal(stopped.status, 'stopped');
    assert.deepEqual(stopped.session.ran, ['bad']);
    assert.equal(stopped.stoppedAt?.status, 'raised');
    assert.deepEqual(stopped.outputs[1], [], 'what did not run shows nothing old');
    const allowed = await run(script, [cell('bad'), cell('after')], { allowErrors: true });
    const tagged = await run(script, [cell('bad', 'raises-exception'), cell('after')]);
    for (const { session, stoppedAt } of [allowed, tagged]) {
      assert.deepEqual(session.ran, ['bad', 'after']);
      assert.equal(stoppedAt, undefined);
    }
  });

  it('stops where the interpreter ended, whatever is allowed, and says so in the cell', async () => {
    const outcome: RunOutcome = { status: 'memory', limitBytes: 1_000_000 };
    const { session, stoppedAt, outputs } = await run(
      { a: { news: [print('x')], outcome } },
      [cell('a', 'raises-exception'), cell('b')],
      { allowErrors: true },
    );
    assert.deepEqual(session.ran, ['a']);
    assert.equal(stoppedAt?.status, 'ended');
    const [, error] = outputs[0] ?? [];
    assert.equal(error?.output_type === 'error' && error.ename, 'OutOfMemory');
  });

  it('ends a cell at its own time limit', async () => {
    const script: Script = { a: { news: [print('x')], outcome: { status: 'cancelled' }, untilAborted: true } };
    const { stoppedAt, outputs } = await run(script, [cell('a')], { cellTimeoutMs: 5 });
    assert.deepEqual(stoppedAt?.outcome, { status: 'timeout', clock: 'wall', limitMs: 5 });
    assert.deepEqual(
      outputs[0]?.map(({ output_type: type }) => type),
      ['stream', 'error'],
    );
  });

  it('keeps what was told until it was cancelled, and runs nothing after', async () => {
    const stop = new AbortController();
    const script: Script = { a: { news: [print('x')], outcome: { status: 'cancelled' }, untilAborted: true } };
    const options = { signal: stop.signal, cellTimeoutMs: 60_000, onEvent: () => stop.abort() };
    const { session, status, stoppedAt, outputs } = await run(script, [cell('a'), cell('b')], options);
    assert.deepEqual(session.ran, ['a']);
    assert.equal(status, 'cancelled');
    assert.deepEqual(stoppedAt?.outcome, { status: 'cancelled' });
    assert.deepEqual(textsOf(outputs[0]).slice(0, 1), ['x']);
  });

  it('says that it was cancelled between two cells, and that it was not', async () => {
    const cells = [cell('a'), cell('b')];
    for (const [lastCell, ran, expected] of [
      [0, [], 'cancelled'],
      [1, ['a'], 'cancelled'],
      [2, ['a', 'b'], 'finished'],
      [3, ['a', 'b'], 'finished'],
    ] as const) {
      const stop = new AbortController();
      if (lastCell === 0) stop.abort();
      const onEnd = ({ number }: CellReport): unknown => (number === lastCell ? stop.abort() : undefined);
      const { session, status, stoppedAt } = await run({}, cells, { signal: stop.signal, onEnd });
      assert.deepEqual([session.ran, status, stoppedAt], [ran, expected, undefined]);
    }
  });

  it('bounds what all cells together show', async () => {
    const news = [print('x'.repeat(1000))];
    const cells = [cell('a'), cell('b')];
    const bounded = await run({ a: { news }, b: { news } }, cells, { maxOutputBytes: 2000 });
    assert.deepEqual(textsOf(bounded.outputs[1]), ['belljar: output beyond 2 kB of the whole notebook is cut\n']);
    assert.equal(bounded.outputsLeftOut, 1);
    const free = await run({ a: { news }, b: { news } }, cells);
    assert.deepEqual([textsOf(free.outputs[1])[0], free.outputsLeftOut], ['x'.repeat(1000), 0]);
  });

  it('keeps of an error so much in the report, and all of it in the notebook', async () => {
    const news: RunNews[] = [{ ...raise, type: 'error', value: 'v'.repeat(1_000_000) }];
    const { cells, outputs } = await run({ a: { news } }, [cell('a')]);
    assert.ok((cells[0]?.error?.value.length ?? Infinity) < 100_000);
    const [error] = outputs[0] ?? [];
    assert.equal(error?.output_type === 'error' && error.evalue.length, 1_000_000);
  });

  it('tells of each cell as it begins and ends, and waits for who listens', async () => {
    const told: string[] = [];
    const later = async (text: string): Promise<void> => {
      await Promise.resolve();
      told.push(text);
    };
    await run({ a: { news: [print('x')] } }, [cell('a'), cell('b')], {
      onStart: ({ number, total }) => later(`start ${number}/${total}`),
      onEvent: ({ type }) => later(type),
      onEnd: ({ number, status }) => later(`end ${number} ${status}`),
    });
    assert.deepEqual(told, ['start 1/2', 'stream', 'end 1 ok', 'start 2/2', 'end 2 ok']);
  });

  it('takes an exit for an exception, as Jupyter does', async () => {
    const { stoppedAt, outputs } = await run({ a: { outcome: { status: 'exited', code: 3 } } }, [cell('a'), cell('b')]);
    assert.equal(stoppedAt?.status, 'raised');
    assert.deepEqual(outputs[0], [
      { output_type: 'error', ename: 'SystemExit', evalue: '3', traceback: ['SystemExit: 3'] },
    ]);
  });

  it('ends all cells together at their time limit', async () => {
    const script: Script = { b: { outcome: { status: 'cancelled' }, untilAborted: true } };
    const { stoppedAt } = await run(script, [cell('a'), cell('b')], { timeoutMs: 20, cellTimeoutMs: 60_000 });
    assert.deepEqual(stoppedAt?.outcome, { status: 'timeout', clock: 'wall', limitMs: 20 });
  });

  it('answers nobody who asks for input', async () => {
    const news: RunNews[] = [{ type: 'input_request', id: 'q1', prompt: '?', isPassword: false }];
    const { session } = await run({ a: { news } }, [cell('a')]);
    assert.deepEqual(session.refused, ['q1']);
  });

  it('refuses notebooks of other languages, and takes those that name none', async () => {
    const notebookFor = (metadata: object): Promise<unknown> =>
      runNotebook(
        new ScriptedSession({}),
        readNotebook(JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata, cells: [] })),
      );
    await assert.rejects(notebookFor({ kernelspec: { language: 'julia' } }), { code: 'NOTEBOOK_INVALID' });
    await assert.rejects(notebookFor({ language_info: { name: 'R' } }), { code: 'NOTEBOOK_INVALID' });
    await notebookFor({ language_info: { name: 'python' }, kernelspec: { language: 7 } });
  });

  it('leaves the notebook that it was given as it is', async () => {
    const notebook = readNotebook(JSON.stringify({ nbformat: 4, nbformat_minor: 5, cells: [cell('a')] }));
    const before = structuredClone(notebook);
    await runNotebook(new ScriptedSession({ a: { news: [print('x')] } }), notebook);
    assert.deepEqual(notebook, before);
  });
});
