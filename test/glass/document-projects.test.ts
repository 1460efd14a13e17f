import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmod, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { type Asker, type Belljar, type CompileEnvironment, type DeclaredFile } from '../../src/belljar.ts';
import { uvWheel } from '../packages/uv.ts';
import { finish, launcher } from '../support/cli.ts';
import { openPackageHome, type PackageHome } from '../support/package-home.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';

const owner = { actor: { id: 'ada', kind: 'user' }, role: 'owner' } as const;
const collaborator = { actor: { id: 'bob', kind: 'user' }, role: 'collaborator' } as const;
const stranger = { actor: { id: 'link', kind: 'anonymous' }, role: 'collaborator' } as const;

const renderer = fileURLToPath(new URL('../fixtures/renderer', import.meta.url));
const declared: DeclaredFile = { name: 'requirements.txt', content: Buffer.from('dep\n') };
/** As the default, and whoever comes by a shared link may run what is there. */
const roles = `roles:
  owner: {allow: [view, run, plan, install]}
  collaborator: {allow: [view, run, plan, install]}
  anonymous: {allow: [view, run]}
`;
const paper = `# Paper
\`\`\`{python}
try:
    import dep; print("dep", dep.version)
except ModuleNotFoundError as error:
    print(error)
\`\`\`
`;

describe('a document project', needs(root, bubblewrap, python, uvWheel), () => {
  it('is rendered behind glass with what its file declares, and by a stranger visibly without', async (test) => {
    const { belljar, tools } = await prepare(test);
    assert.equal(stateOf(await compile(belljar, owner)), 'new');
    assert.equal(await render(belljar, owner, tools), '# Paper\ndep 1.0\n');
    assert.equal(stateOf(await compile(belljar, collaborator)), 'leased');
    assert.equal(await render(belljar, collaborator, tools), '# Paper\ndep 1.0\n');
    const without = await compile(belljar, stranger);
    assert.match(without.kind === 'base' ? without.message : '', /without dep/);
    assert.equal(await render(belljar, stranger, tools), "# Paper\nNo module named 'dep'\n");
  });

  it('is rendered by a program of this machine that starts the shim as its Python', async (test) => {
    const { belljar, tools, env } = await prepare(test);
    assert.equal(stateOf(await compile(belljar, owner)), 'new');
    const shim = await call(launcher, ['env', 'python', '-w', 'paper', '--show', tools], env);
    const file = join(tools, 'paper.qmd');
    await writeFile(file, paper);
    await call(join(tools, 'render'), [file], { ...env, QUARTO_PYTHON: shim.trim() });
    assert.equal(await readFile(join(tools, 'paper.md'), 'utf8'), '# Paper\ndep 1.0\n');
  });
});

async function prepare(test: TestContext): Promise<PackageHome & { readonly tools: string }> {
  const packageHome = await openPackageHome(test);
  packageHome.offer('dep', ['1.0']);
  await packageHome.setPolicy(roles);
  const tools = await mkdtemp('/var/tmp/belljar-renderer-'); // nothing below /tmp can be shown
  await chmod(tools, 0o755);
  test.after(() => rm(tools, { recursive: true }));
  await cp(renderer, tools, { recursive: true });
  return { ...packageHome, env: { ...packageHome.env, BELLJAR_NODE: process.execPath }, tools };
}

async function compile(belljar: Belljar, asker: Asker): Promise<CompileEnvironment> {
  const compiled = await belljar.workspaces.use('paper', asker).packages.compileEnvironment({ declared });
  if (compiled.kind === 'environment') compiled.lease[Symbol.dispose]();
  return compiled;
}

function stateOf(compiled: CompileEnvironment): string {
  if (compiled.kind === 'base') return compiled.message;
  return compiled.isNew ? 'new' : 'leased';
}

/** Puts the document in, renders it there, and takes out what came of it. */
async function render(belljar: Belljar, asker: Asker, tools: string): Promise<string> {
  const workspace = belljar.workspaces.use('paper', asker);
  await using session = await workspace.openSession({ environment: null });
  await session.files.write('paper.qmd', paper);
  const { program, remark } = await workspace.startProgram({
    argv: [join(tools, 'render'), 'paper.qmd'],
    shown: [tools],
  });
  program.stdin.end();
  const [, stderr, { outcome }] = await Promise.all([text(program.stdout), text(program.stderr), program.ended]);
  assert.deepEqual(outcome, { status: 'exited', code: 0 }, stderr);
  if (asker === stranger) assert.match(remark ?? '', /dep/);
  else assert.equal(remark, undefined);
  return (await session.files.readAll('paper.md', { maxBytes: 1_000_000 })).toString('utf8');
}

async function call(file: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const { code, stdout, stderr } = await finish(spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'] }));
  assert.equal(code, 0, stderr);
  return stdout;
}
