import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';

import { launcher } from '../support/cli.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';

const project = join(launcher, '..');
const folder = mkdtempSync(join(tmpdir(), 'belljar-docs-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** What sets up or tests the project itself: these documents are read by people who have done it. */
const notRunHere = /^(npm |git clone |cd |sudo apt-get |sudo \.\/belljar)/;

interface DocumentedCommand {
  readonly place: string;
  readonly command: string;
  readonly exit: number;
}

describe('the documents', needs(root, bubblewrap, python), () => {
  for (const document of ['README.md', 'CONTRIBUTING.md', ...globSync('docs/**/*.md', { cwd: project })]) {
    const { env } = surroundingsOf(document);
    for (const { place, command, exit } of commandsOf(document)) {
      it(`${place}: ${command}`, () => {
        const result = spawnSync('sh', ['-c', command], { cwd: project, encoding: 'utf8', env });
        assert.equal(result.status, exit, `${result.stdout}${result.stderr}`);
      });
    }
  }

  it('README.md: the TypeScript example', () => {
    assert.equal(runExample('README.md', ''), 'the answer is 42\n');
  });

  it('docs/sessions.md: the TypeScript example', () => {
    const last = "console.log(JSON.stringify(stdout), result?.['text/plain']);";
    assert.equal(runExample('docs/sessions.md', last), '"adding\\n" [1, 2, 3]\n');
  });

  it('docs/notebooks.md: the TypeScript example', () => {
    assert.equal(runExample('docs/notebooks.md', 'console.log(cells.length, status);'), '3 finished\n');
  });

  it('docs/record.md: the TypeScript example', () => {
    assert.equal(runExample('docs/record.md', 'console.log(ok);'), 'true\n');
  });
});

/** One home and one temporary folder per document: its commands build on each other. */
function surroundingsOf(document: string): { readonly env: NodeJS.ProcessEnv } {
  const own = join(folder, document.replaceAll('/', '-'));
  const temporary = join(own, 'temporary');
  mkdirSync(temporary, { recursive: true });
  const path = `${project}:${process.env['PATH']}`;
  const ours = { PATH: path, TMPDIR: temporary, BELLJAR_HOME: join(own, 'home'), BELLJAR_NODE: process.execPath };
  return { env: { ...process.env, ...ours } };
}

/** What the first TypeScript block of a document prints, with a line added that shows how it went. */
function runExample(document: string, lastLine: string): string {
  const [, example] = /```ts\n([^]*?)```/.exec(readFileSync(join(project, document), 'utf8')) ?? [];
  assert.ok(example);
  // Inside the project, where its own name leads to its source.
  const file = join(project, 'test', `example-${document.replaceAll(/\W/g, '-')}-${process.pid}.ts`);
  writeFileSync(file, `${example}\n${lastLine}\n`);
  try {
    const args = ['--disable-warning=ExperimentalWarning', file];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      encoding: 'utf8',
      ...surroundingsOf(document),
    });
    assert.equal(status, 0, stderr);
    return stdout;
  } finally {
    rmSync(file);
  }
}

/** The lines of the sh blocks; a comment `# exit N` at the end says that a command does not succeed. */
function commandsOf(document: string): DocumentedCommand[] {
  const commands: DocumentedCommand[] = [];
  let isShell = false;
  for (const [index, line] of readFileSync(join(project, document), 'utf8').split('\n').entries()) {
    if (line.startsWith('```')) isShell = line === '```sh';
    else if (isShell && line.trim() !== '' && !notRunHere.test(line)) {
      const exit = Number(/# exit (\d+)/.exec(line)?.[1] ?? 0);
      commands.push({ place: `${document}:${index + 1}`, command: line.replace(/\s+# .*$/, ''), exit });
    }
  }
  return commands;
}
