import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { readNotebook } from '../../src/notebooks/index.ts';
import { TestCli, finish } from '../support/cli.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';

interface Place {
  readonly folder: string;
  readonly path: string;
}

/** A notebook beside the home of the command line. */
function notebookOf(cli: TestCli, ...sources: string[]): Place {
  const folder = join(cli.home, '..');
  const path = join(folder, 'in.ipynb');
  const cells = sources.map((source) => ({
    cell_type: 'code',
    source,
    metadata: {},
    outputs: [],
    execution_count: null,
  }));
  writeFileSync(path, JSON.stringify({ nbformat: 4, nbformat_minor: 4, metadata: { mine: 1 }, cells }));
  return { folder, path };
}

function outputsIn(path: string): unknown[] {
  return readNotebook(readFileSync(path, 'utf8')).cells.map((cell) => (cell.cell_type === 'code' ? cell.outputs : []));
}

const result = (text: string, count: number): object => ({
  output_type: 'execute_result',
  data: { 'text/plain': text },
  metadata: {},
  execution_count: count,
});

describe('belljar run NOTEBOOK', needs(root, bubblewrap, python), () => {
  it('runs the cells in one interpreter, prints what they show, and writes nothing', async () => {
    using cli = new TestCli();
    const { folder, path } = notebookOf(
      cli,
      'a = 20\nprint("first")',
      'import sys; print("err", file=sys.stderr)',
      'a + 1',
    );
    const before = readFileSync(path, 'utf8');
    const { code, stdout, stderr } = await cli.run(['run', path]);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, 'first\n21\n');
    assert.equal(stderr, 'err\n');
    assert.equal(readFileSync(path, 'utf8'), before);
    assert.deepEqual(readdirSync(folder).sort(), ['home', 'in.ipynb']);
  });

  it('writes the notebook with its outputs where -o says, and nothing else to its streams', async () => {
    using cli = new TestCli();
    const { folder, path } = notebookOf(cli, 'print("x")', '1 + 1');
    const out = join(folder, 'out.ipynb');
    const { code, stdout, stderr } = await cli.run(['run', path, '-o', out]);
    assert.deepEqual([code, stdout, stderr], [0, '', '']);
    assert.deepEqual(outputsIn(out), [[{ output_type: 'stream', name: 'stdout', text: 'x\n' }], [result('2', 2)]]);
    assert.equal((JSON.parse(readFileSync(out, 'utf8')) as { nbformat_minor: number }).nbformat_minor, 5);
    const piped = await cli.run(['run', path, '-o', '-']);
    assert.equal(piped.stdout, readFileSync(out, 'utf8'));
  });

  it('writes in place only when asked, and keeps the rights of the file', async () => {
    using cli = new TestCli();
    const { path } = notebookOf(cli, '6 * 7');
    const { mode } = statSync(path);
    assert.equal((await cli.run(['run', path, '--inplace'])).code, 0);
    assert.deepEqual(outputsIn(path), [[result('42', 1)]]);
    assert.equal(statSync(path).mode, mode);
  });

  it('stops at the first cell that raises, shows its traceback, and writes what came until then', async () => {
    using cli = new TestCli();
    const { folder, path } = notebookOf(cli, 'print("before")', 'def f():\n    1 / 0\nf()', 'print("after")');
    const out = join(folder, 'out.ipynb');
    const { code, stdout, stderr } = await cli.run(['run', path, '-o', out]);
    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /Traceback[^]*in f[^]*ZeroDivisionError: division by zero\n/);
    assert.match(stderr, /belljar: stopped at cell 2 of 3 \(def f\(\):\): ZeroDivisionError: division by zero\n$/);
    const [first, second, third] = outputsIn(out) as { ename?: string }[][];
    assert.deepEqual([first?.length, second?.[0]?.ename, third?.length], [1, 'ZeroDivisionError', 0]);
  });

  it('goes on after errors where it may', async () => {
    using cli = new TestCli();
    const { path } = notebookOf(cli, 'raise ValueError("no")', 'print("after")');
    const { code, stdout } = await cli.run(['run', path, '--allow-errors']);
    assert.deepEqual([code, stdout], [0, 'after\n']);
  });

  it('sets parameters', async () => {
    using cli = new TestCli();
    const { folder, path } = notebookOf(cli, 'print(a, b, c)');
    const file = join(folder, 'parameters.yaml');
    writeFileSync(file, 'a: 1.0\nb: [x]\n');
    const { stdout, stderr } = await cli.run([
      'run',
      path,
      '--parameters-file',
      file,
      '--parameters',
      'c=three',
      '--parameters',
      'b={"k": null}',
    ]);
    assert.equal(stdout, "1.0 {'k': None} three\n", stderr);
  });

  it('ends a cell at its time limit with 124, and tells it in the notebook', async () => {
    using cli = new TestCli();
    const { folder, path } = notebookOf(cli, 'print("x")\nwhile True: pass', 'print("after")');
    const out = join(folder, 'out.ipynb');
    for (const option of ['--cell-timeout', '--timeout']) {
      const { code, stderr } = await cli.run(['run', path, '-o', out, option, '500ms']);
      assert.equal(code, 124, stderr);
      assert.match(stderr, /stopped at cell 1 of 2 .*longer than its 500 ms\n$/);
      const [first, second] = outputsIn(out) as { output_type: string; ename?: string }[][];
      assert.equal(first?.[0]?.output_type, 'stream');
      assert.equal(first.at(-1)?.ename, 'OutOfTime');
      assert.deepEqual(second, []);
    }
  });

  it('tells of an interpreter that ended, and of memory', async () => {
    using cli = new TestCli();
    const exit = await cli.run(['run', notebookOf(cli, 'import os; os._exit(3)', '1').path]);
    assert.notEqual(exit.code, 0);
    assert.match(exit.stderr, /stopped at cell 1 of 2/);
    const memory = await cli.run(['run', notebookOf(cli, 'x = bytearray(1 << 30)').path, '--memory', '64MB']);
    assert.ok(memory.code === 137 || memory.code === 1, memory.stderr);
  });

  it('writes what there is when it is interrupted, and exits 130', async () => {
    using cli = new TestCli();
    const { folder, path } = notebookOf(cli, 'print("up")', 'import time; time.sleep(60)');
    const out = join(folder, 'out.ipynb');
    const child = cli.start(['run', path, '-o', out]);
    const ended = finish(child);
    await runStarted(cli, 2);
    child.kill('SIGINT');
    assert.equal((await ended).code, 130);
    const [first] = outputsIn(out);
    assert.deepEqual(first, [{ output_type: 'stream', name: 'stdout', text: 'up\n' }]);
  });

  it('prints a summary with --json', async () => {
    using cli = new TestCli();
    const { folder, path } = notebookOf(cli, 'print(1)', '1 / 0', 'print(3)');
    const out = join(folder, 'out.ipynb');
    const { code, stdout, stderr } = await cli.run(['run', path, '-o', out, '--json']);
    const summary = JSON.parse(stdout) as {
      exitCode: number;
      output: string;
      stoppedAt: number;
      status: string;
      outputsLeftOut: number;
      cells: { status: string }[];
    };
    assert.deepEqual([code, summary.exitCode, summary.output, summary.stoppedAt, stderr], [1, 1, out, 1, '']);
    assert.deepEqual([summary.status, summary.outputsLeftOut], ['stopped', 0]);
    assert.deepEqual(
      summary.cells.map(({ status }) => status),
      ['ok', 'raised'],
    );
  });

  it('answers input() with an error, not with silence', async () => {
    using cli = new TestCli();
    const { code, stderr } = await cli.run(['run', notebookOf(cli, 'input("name? ")').path]);
    assert.equal(code, 1);
    assert.match(stderr, /nobody answers input\(\)/);
  });

  it('refuses what cannot be, before anything runs', async () => {
    using cli = new TestCli();
    const { folder, path } = notebookOf(cli, 'print("ran")');
    const link = join(folder, 'link.ipynb');
    symlinkSync(path, link);
    const old = join(folder, 'old.ipynb');
    writeFileSync(old, '{"nbformat": 3, "worksheets": []}');
    const cases: [words: string[], code: number, stderr: RegExp][] = [
      [[path, '-o', link], 73, /is a link/],
      [[link, '--inplace'], 73, /is a link/],
      [[path, '-o', '/dev/null'], 73, /not a plain file/],
      [[path, '-o', join(folder, 'nowhere', 'out.ipynb')], 73, /ENOENT/],
      [[path, '-o', '-', '--json'], 2, /standard output/],
      [[path, '-o', 'x', '--inplace'], 2, /exclude/],
      [[path, 'argument'], 2, /no arguments/],
      [[path, '--parameters', 'no name=1'], 2, /cannot be a parameter/],
      [[old], 65, /format 3[^]*nbconvert/],
      [['examples/hello.py', '--inplace'], 2, /--inplace is for notebooks/],
    ];
    for (const [words, code, expected] of cases) {
      const { stderr, stdout, ...rest } = await cli.run(['run', ...words]);
      assert.equal(rest.code, code, `${words.join(' ')}: ${stderr}`);
      assert.match(stderr + stdout, expected);
      assert.doesNotMatch(stdout, /ran/);
    }
  });
});

describe('belljar run with a block that names no packages', needs(root, bubblewrap, python), () => {
  const script = (head: string): string => `# /// script\n# ${head}\n# ///\nprint("ran")`;

  it('runs at once where a block names none', async () => {
    using cli = new TestCli();
    const none = await cli.run(['run', '-'], { input: script('dependencies = []') });
    assert.deepEqual([none.code, none.stdout], [0, 'ran\n']);
  });

  it('holds the script’s range of Pythons against the one that runs', async () => {
    using cli = new TestCli();
    const newer = await cli.run(['run', '-'], { input: script('requires-python = ">=4"') });
    assert.deepEqual([newer.code, newer.stdout], [125, '']);
    assert.match(newer.stderr, /needs Python >=4/);
    assert.equal((await cli.run(['run', '-'], { input: script('requires-python = ">=3.9"') })).stdout, 'ran\n');
  });
});

/** Resolves when so many runs have begun, by the record. */
async function runStarted(cli: TestCli, runs: number): Promise<void> {
  for (;;) {
    const started = (await cli.entries()).filter(({ action }) => action === 'run.start');
    if (started.length >= runs) return;
  }
}
