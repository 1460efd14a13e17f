import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { type TestContext, after, before, describe, it } from 'node:test';
import { once } from 'node:events';

import { type Asker, type Belljar, type DeclaredFile, openBelljar } from '../../src/belljar.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';
import { jupyter, JupyterUser, normalise } from './jupyter.ts';

const policy = `version: 1
packages:
  advisories: {maximumAge: 3650d}
runtime:
  limits: {memory: 512MiB}
`;

const owner = { actor: { id: 'ada', kind: 'user' }, role: 'owner' } as const;
const collaborator = { actor: { id: 'bob', kind: 'user' }, role: 'collaborator' } as const;
const stranger = { actor: { id: 'link', kind: 'anonymous' }, role: 'anonymous' } as const;
const declared: DeclaredFile = { name: 'requirements.txt', content: Buffer.from('ipykernel==7.4.0\nsix==1.17.0\n') };

const cells = [
  'import sys\nprint("to one")\nprint("to the other", file=sys.stderr)',
  '6 * 7',
  'from IPython.display import HTML, display\ndisplay(HTML("<b>rich</b>"))\n{"a": object()}',
  'class Table:\n    def _repr_html_(self):\n        return "<table></table>"\n    def _repr_mimebundle_(self, **_):\n        return {"application/json": {"a": [1]}}\nTable()',
  'shown = display("first", display_id=True)\nshown.update("second")',
  '1 / 0',
  'input("nobody answers: ")',
  '_ + 1 if False else In[1][:6]',
  '!echo from a shell',
  'undefined_name',
];

describe('a kernel behind glass', needs(root, bubblewrap, python, jupyter), () => {
  const user = new JupyterUser(policy);
  const kernel = 'belljar-one';
  after(() => user[Symbol.dispose]());
  before(async () => {
    await user.belljar('install', 'ipykernel==7.4.0', '-w', 'one', '--yes');
    await user.belljar('jupyter', 'install', '-w', 'one');
  });

  it('gives the outputs that a plain one gives, to jupyter nbconvert', async () => {
    const [behindGlass, plain] = await Promise.all([user.convert(kernel, cells), user.convert('python3', cells)]);
    assert.deepEqual(normalise(behindGlass), normalise(plain));
    assert.equal(behindGlass.length, cells.length);
  });

  it('runs, prints much, asks, is interrupted, is restarted and shut down as a plain one is', async () => {
    const [{ everyday }, plain] = await Promise.all([
      user.drive(kernel, ['everyday']),
      user.drive('python3', ['everyday']),
    ]);
    assert.deepEqual(everyday, plain['everyday']);
    assert.deepEqual(everyday, {
      sum: '2',
      backend: "'module://matplotlib_inline.backend_inline'",
      printed: 10_000_001,
      asked: "'Ada!'",
      comm: '32',
      interrupted: 'KeyboardInterrupt',
      'goes on': '42',
      restarted: 'NameError',
      'shut down': 0,
    });
  });

  it('reaches neither the network nor the home folder, which a plain one does', async (context) => {
    const server = createServer((socket) => socket.end()).listen(0, '0.0.0.0');
    context.after(() => server.close());
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((each) => each?.internal === false && each.family === 'IPv4');
    const secret = join(user.env['HOME'] ?? '', 'secret');
    writeFileSync(secret, 'secret');
    const given = {
      addresses: { loopback: ['127.0.0.1', port], ...(outside && { outside: [outside.address, port] }) },
      files: { home: secret, policy: user.env['BELLJAR_POLICY'], notebook: import.meta.filename },
    };
    const plain = await user.drive('python3', ['reach'], given);
    assert.deepEqual(new Set(Object.values(plain['reach'] as object)), new Set([null]));
    const { reach } = (await user.drive(kernel, ['reach'], given)) as { reach: Record<string, string> };
    const { loopback, outside: beyond, ...files } = reach;
    assert.equal(loopback, 'ConnectionRefusedError');
    if (outside !== undefined) assert.equal(beyond, 'OSError');
    assert.deepEqual(files, { home: 'FileNotFoundError', policy: 'FileNotFoundError', notebook: 'FileNotFoundError' });
  });

  it('executes a document with what its project declares, shared by its members, and not by strangers', async (context) => {
    const belljar = await openBelljar({ env: user.env });
    context.after(() => belljar.close());
    assert.equal(await compile(context, belljar, owner), 'new');
    assert.equal(await compile(context, belljar, owner), 'leased');
    assert.equal(await compile(context, belljar, collaborator), 'leased');
    assert.match(await compile(context, belljar, stranger), /without ipykernel, six/);
    await user.belljar('jupyter', 'install', '-w', 'paper');
    const [cell] = await user.convert('belljar-paper', ['import six\nsix.__version__']);
    const result = { output_type: 'execute_result', execution_count: 1, metadata: {} };
    assert.deepEqual(cell?.outputs, [{ ...result, data: { 'text/plain': ["'1.17.0'"] } }]);
  });

  it('is one of two, for two workspaces', async () => {
    await user.belljar('jupyter', 'install', '-w', 'two', '--name', 'second', '--yes');
    const { two } = await user.drive(kernel, ['two'], { other: 'second' });
    assert.deepEqual(two, ['NameError', 'False', '1']);
  });

  it('is gone when its process is killed, or its client', async () => {
    const { killed } = await user.drive(kernel, ['killed']);
    assert.deepEqual(killed, {
      ran: true,
      'left by the process': false,
      'ran for another': true,
      'left by the client': false,
    });
  });

  it('says why it died, where it took more memory than it may', async () => {
    const { greedy } = (await user.drive(kernel, ['greedy'])) as { greedy: { died: boolean; said: string } };
    assert.equal(greedy.died, true);
    assert.match(greedy.said, /belljar: the kernel ended: .*512 MiB/);
    const { entries } = JSON.parse(await user.belljar('audit', 'tail', '--limit', '20', '--json')) as {
      entries: { action: string; details: { outcome?: { status: string } } }[];
    };
    const ends = entries.filter(({ action }) => action === 'run.end');
    assert.equal(ends.at(-1)?.details.outcome?.status, 'memory');
  });

  it('says why it does not start: no ipykernel, or a policy that says no', async () => {
    await user.belljar('uninstall', 'ipykernel', '-w', 'two', '--yes');
    const without = (await user.drive('second', ['refused']))['refused'] as { code: number; said: string };
    assert.equal(without.code, 1);
    assert.match(without.said, /“two” has no ipykernel: .*belljar jupyter install brings it in/);
    mkdirSync(join(user.folder, 'denied'));
    const prefix = ['--prefix', join(user.folder, 'denied')];
    await user.belljar('jupyter', 'install', '-w', 'one', '--name', 'denied', ...prefix, '--memory', '64GiB');
    user.env['JUPYTER_PATH'] = join(user.folder, 'denied/share/jupyter');
    const denied = (await user.drive('denied', ['refused']))['refused'] as { code: number; said: string };
    assert.equal(denied.code, 77);
    assert.match(denied.said, /memory of 64 ?GiB is above the maximum/);
  });
});

async function compile(context: TestContext, belljar: Belljar, asker: Asker): Promise<string> {
  const startedAt = performance.now();
  const compiled = await belljar.workspaces.use('paper', asker).packages.compileEnvironment({ declared });
  context.diagnostic(`${asker.actor.id}: ${(performance.now() - startedAt).toFixed(1)} ms`);
  if (compiled.kind === 'base') return compiled.message;
  compiled.lease[Symbol.dispose]();
  return compiled.isNew ? 'new' : 'leased';
}
