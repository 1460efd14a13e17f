import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { parseConnection, readConnectionFile } from './connection-file.ts';

/** As jupyter_client writes it. */
const written = {
  shell_port: 51001,
  iopub_port: 51002,
  stdin_port: 51003,
  control_port: 51004,
  hb_port: 51005,
  ip: '127.0.0.1',
  key: 'aaaa-bbbb',
  transport: 'tcp',
  signature_scheme: 'hmac-sha256',
  kernel_name: 'belljar-skill',
  jupyter_session: '/home/someone/notes.ipynb',
};

const parse = (change: object) => parseConnection(JSON.stringify({ ...written, ...change }), 'kernel-1.json');

describe('readConnectionFile()', () => {
  it('reads where the client will connect, and its key', async (context) => {
    const path = join(await temporaryFolder(context), 'kernel-1.json');
    await writeFile(path, JSON.stringify(written));
    assert.deepEqual(await readConnectionFile(path), {
      listenAt: {
        shell: { host: '127.0.0.1', port: 51001 },
        iopub: { host: '127.0.0.1', port: 51002 },
        stdin: { host: '127.0.0.1', port: 51003 },
        control: { host: '127.0.0.1', port: 51004 },
        hb: { host: '127.0.0.1', port: 51005 },
      },
      key: 'aaaa-bbbb',
      signatureScheme: 'hmac-sha256',
      kernelName: 'belljar-skill',
    });
  });

  it('reads no device, no pipe and no folder', async (context) => {
    const folder = await temporaryFolder(context);
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const path of ['/dev/zero', pipe, folder]) {
      await assert.rejects(readConnectionFile(path), { code: 'INPUT_UNREADABLE', message: /it is no file/ });
    }
  });

  it('says that there is none, or that it is too large for one', async (context) => {
    const folder = await temporaryFolder(context);
    await assert.rejects(readConnectionFile(join(folder, 'none.json')), {
      code: 'INPUT_UNREADABLE',
      message: /ENOENT/,
    });
    const path = join(folder, 'large.json');
    await writeFile(path, JSON.stringify({ ...written, padding: 'x'.repeat(70_000) }));
    await assert.rejects(readConnectionFile(path), { code: 'INPUT_UNREADABLE', message: /too large/ });
  });
});

describe('parseConnection()', () => {
  it('takes the loopback addresses, however they are written', () => {
    assert.deepEqual(parse({ ip: 'localhost' }).listenAt.hb, { host: '127.0.0.1', port: 51005 });
    assert.deepEqual(parse({ ip: '::1' }).listenAt.hb, { host: '::1', port: 51005 });
    assert.deepEqual(parse({ ip: '127.8.0.1' }).listenAt.hb, { host: '127.8.0.1', port: 51005 });
  });

  it('names unix sockets as ZeroMQ does, for a client that asked for them', () => {
    const { listenAt } = parse({ transport: 'ipc', ip: '/run/user/1/kernel-1-ipc', shell_port: 1, hb_port: 5 });
    assert.deepEqual(listenAt.shell, { path: '/run/user/1/kernel-1-ipc-1' });
    assert.deepEqual(listenAt.hb, { path: '/run/user/1/kernel-1-ipc-5' });
  });

  for (const ip of ['0.0.0.0', '192.0.2.1', '127.0.0.1.example.org', '*', '::', '']) {
    it(`refuses to listen at “${ip}”`, () => {
      assert.throws(() => parse({ ip }), { code: 'INPUT_UNREADABLE', message: /kernel-1\.json is no .*ip / });
    });
  }

  for (const change of [{ shell_port: 0 }, { hb_port: 70_000 }, { iopub_port: '51002' }, { transport: 'inproc' }]) {
    it(`refuses ${JSON.stringify(change)}`, () => {
      assert.throws(() => parse(change), { code: 'INPUT_UNREADABLE' });
    });
  }

  it('refuses what is no JSON', () => {
    assert.throws(() => parseConnection('{', 'kernel-1.json'), { code: 'INPUT_UNREADABLE' });
  });
});
