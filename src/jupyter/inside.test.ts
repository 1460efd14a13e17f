import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { needs, python } from '../../test/support/prerequisite.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { channelNames, type Connection } from './connection-file.ts';
import { connectionInside, kernelArguments, kernelEnvironment, socketInside } from './inside.ts';

const listenAt = Object.fromEntries(
  channelNames.map((name) => [name, { host: '127.0.0.1', port: 50_000 }]),
) as Connection['listenAt'];
const connection: Connection = { listenAt, key: 'the-key', signatureScheme: 'hmac-sha256', kernelName: 'k' };

describe('connectionInside()', () => {
  it('has the key of the client, and the sockets that socketInside() names', () => {
    const inside = JSON.parse(connectionInside(connection)) as Record<string, unknown>;
    assert.equal(inside['transport'], 'ipc');
    assert.equal(inside['key'], 'the-key');
    for (const name of channelNames) {
      assert.equal(`${String(inside['ip'])}-${String(inside[`${name}_port`])}`, socketInside(name));
    }
    assert.equal(new Set(channelNames.map(socketInside)).size, channelNames.length);
  });
});

describe('kernelArguments()', needs(python), () => {
  it('starts ipykernel with the connection file that came by standard input, readable by nobody else', async (context) => {
    const { folder, run } = await place(context);
    writeFileSync(join(folder, 'ipykernel_launcher.py'), 'import sys, json\nprint(json.dumps(sys.argv))\n');
    const { status, stdout, stderr } = run('{"key": "the-key"}');
    assert.equal(status, 0, stderr);
    const path = join(folder, 'own', 'connection.json');
    assert.deepEqual((JSON.parse(stdout) as string[]).slice(1), ['-f', path]);
    assert.equal(readFileSync(path, 'utf8'), '{"key": "the-key"}');
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(statSync(join(folder, 'own')).mode & 0o777, 0o700);
  });

  it('says what is missing where there is no ipykernel', async (context) => {
    const { run } = await place(context);
    const { status, stderr } = run('{}');
    assert.deepEqual([status, stderr], [1, 'bring ipykernel\n']);
  });
});

/** A folder with what the program imports; the one of the kernel lies in it instead of in /tmp. */
async function place(context: Parameters<typeof temporaryFolder>[0]) {
  const folder = await temporaryFolder(context);
  mkdirSync(folder, { recursive: true });
  const [, ...args] = kernelArguments('bring ipykernel');
  const [own, missing] = [join(folder, 'own'), args.at(-1) ?? ''];
  // The two options that keep out what a folder of this test brings.
  const given = [...args.slice(1, -2), own, missing];
  const env = { ...process.env, PYTHONPATH: folder };
  const run = (input: string) => spawnSync('python3', given, { input, env, encoding: 'utf8' });
  return { folder, run };
}

describe('kernelEnvironment()', () => {
  it('passes on what a kernel needs of the client, and no more', () => {
    const env = { MPLBACKEND: 'agg', AWS_SECRET_ACCESS_KEY: 'no', PYTHONPATH: '/elsewhere', JPY_PARENT_PID: '12' };
    assert.deepEqual(kernelEnvironment(env), {
      MPLBACKEND: 'agg',
      IPYTHONDIR: '/tmp/ipython',
      JPY_PARENT_PID: '1',
      JUPYTER_PLATFORM_DIRS: '1',
    });
  });
});
