import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { it } from 'node:test';

import { tellNewWorkspace } from './new-workspace.ts';

async function told(workspace: string): Promise<string> {
  const stderr = new PassThrough();
  const belljar = {
    sessions: { hasFiles: async (name: string) => name === 'with-files' },
    workspaces: { list: async () => [{ name: 'report' }] },
  } as unknown as Parameters<typeof tellNewWorkspace>[0];
  const io = { stdin: process.stdin, stdout: process.stdout, stderr, env: {} };
  await tellNewWorkspace(belljar, { io }, workspace);
  return String(stderr.read() ?? '');
}

it('tellNewWorkspace() tells a name that was never used, and what was perhaps meant', async () => {
  assert.equal(await told('reprot'), 'belljar: “reprot” is a new workspace; did you mean “report”?\n');
  assert.equal(await told('else'), '');
});

it('tellNewWorkspace() says nothing of one that declares something or has files', async () => {
  assert.deepEqual([await told('report'), await told('with-files')], ['', '']);
});
