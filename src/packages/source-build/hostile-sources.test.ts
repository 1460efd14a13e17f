import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { describe, it } from 'node:test';

import { openSourceHouse } from '../../../test/packages/source-house.ts';
import { makeOwnSource, type OwnSource } from '../../../test/packages/sources.ts';
import { uvWheel } from '../../../test/packages/uv.ts';
import { bubblewrap, needs, python, root } from '../../../test/support/prerequisite.ts';
import type { BuildLimits } from './limits.ts';

interface HostileSource {
  readonly what: string;
  readonly hostile: Omit<OwnSource, 'name'>;
  /** The same made harmless; a plain one where left out. */
  readonly harmless?: Omit<OwnSource, 'name'>;
  readonly message: RegExp;
  readonly said?: RegExp;
  readonly limits?: Partial<BuildLimits>;
}

const secret = 'the secret of the host';

const hostileSources: readonly HostileSource[] = [
  {
    what: 'reads the environment for a secret',
    hostile: { before: 'import os; print(os.environ["BELLJAR_TEST_SECRET"])' },
    harmless: { before: 'import os; print(os.environ["HOME"])' },
    message: /failed in build_wheel/,
    said: /KeyError: 'BELLJAR_TEST_SECRET'/,
  },
  {
    what: 'writes to the root',
    hostile: { before: 'open("/usr/lib/evil.py", "w")' },
    harmless: { before: 'open("/tmp/notes", "w").close(); open(os.environ["HOME"] + "/notes", "w").close()' },
    message: /failed in build_wheel/,
    said: /Read-only file system|Permission denied/,
  },
  {
    what: 'changes what builds it',
    hostile: { before: 'open("/belljar/builder/main.py", "a")' },
    harmless: { before: 'open("/belljar/builder/main.py").close()' },
    message: /failed in build_wheel/,
    said: /Read-only file system|Permission denied/,
  },
  {
    what: 'forks without end',
    hostile: { before: 'while True: os.fork()' },
    harmless: { before: 'if os.fork() == 0: os._exit(0)' },
    message: /more than 64 processes at once|longer than/,
    limits: { processes: 64, timeMs: 30_000 },
  },
  {
    what: 'allocates without end',
    hostile: { before: 'held = []\nwhile True: held.append(bytearray(1 << 24))' },
    harmless: { before: 'held = bytearray(1 << 24)' },
    message: /more than 256 MiB of memory/,
    limits: { memoryBytes: 256 * 2 ** 20, diskBytes: 64 * 2 ** 20 },
  },
  {
    what: 'fills the disk',
    hostile: { before: 'with open("large", "wb") as file:\n    while True: file.write(bytes(1 << 20))' },
    harmless: { before: 'with open("small", "wb") as file: file.write(bytes(1 << 20))' },
    message: /failed in build_wheel/,
    said: /No space left on device/,
    limits: { diskBytes: 16 * 2 ** 20 },
  },
  {
    what: 'prints without end',
    hostile: { before: 'while True: print("y" * 65536)' },
    harmless: { before: 'print("y" * 65536)' },
    message: /prints more than 64 MiB/,
    said: /^y+/,
  },
  {
    what: 'sleeps for ever',
    hostile: { before: 'import time; time.sleep(10**6)' },
    harmless: { before: 'import time; time.sleep(0)' },
    message: /took longer than 10 s/,
    limits: { timeMs: 10_000 },
  },
  {
    what: 'computes for ever',
    hostile: { before: 'while True: pass' },
    message: /more than 3 s of processor time/,
    limits: { cpuTimeMs: 3000 },
  },
  {
    what: 'says that all is well and gives no wheel',
    hostile: { before: 'os._exit(0)' },
    message: /ended in build_wheel as if all were well, and gave nothing/,
  },
  {
    what: 'ends the program that builds it',
    hostile: { before: 'import signal; os.kill(os.getppid(), signal.SIGKILL)' },
    message: /what builds it (ended without an answer|gave no answer)/,
  },
  {
    what: 'gives a number for a wheel',
    hostile: { gives: '42' },
    message: /gives no name of a wheel/,
  },
  {
    what: 'names a wheel that lies elsewhere',
    hostile: { gives: '"../archive.whl"' },
    message: /gives no name of a wheel/,
  },
  {
    what: 'names a link to a file of ours',
    hostile: {
      before: 'os.symlink("/etc/passwd", folder + "/dep-1.0-py3-none-any.whl")',
      gives: '"dep-1.0-py3-none-any.whl"',
    },
    message: /names a wheel that is not there/,
  },
  {
    what: 'gives what is no wheel',
    hostile: {
      before: 'open(folder + "/dep-1.0-py3-none-any.whl", "w").write("no wheel")',
      gives: '"dep-1.0-py3-none-any.whl"',
    },
    message: /what its backend gives is no wheel/,
  },
  {
    what: 'gives the wheel of another project',
    hostile: { gives: 'write_wheel(folder, "numpy", "1.0")' },
    message: /its wheel is called “numpy-1\.0-py3-none-any\.whl”, which is not dep 1\.0/,
  },
  {
    what: 'gives the wheel of another version',
    hostile: { gives: 'write_wheel(folder, "dep", "2.0")' },
    message: /which is not dep 1\.0/,
  },
  {
    what: 'gives the wheel of another project under its own name',
    hostile: { gives: 'write_wheel(folder, "numpy", "1.0", filename="dep-1.0-py3-none-any.whl")' },
    message: /was opened and refused/,
  },
  {
    what: 'gives a wheel for another machine',
    hostile: { gives: 'write_wheel(folder, "dep", "1.0", filename="dep-1.0-cp27-none-win32.whl")' },
    message: /is for another Python or machine/,
  },
  {
    what: 'gives a wheel with a path that leads out of it',
    hostile: { gives: 'write_wheel(folder, "dep", "1.0", files={"../evil.py": b"evil"})' },
    harmless: { gives: 'write_wheel(folder, "dep", "1.0", files={"dep/more.py": b"good"})' },
    message: /was opened and refused/,
  },
  {
    what: 'gives a wheel that needs what its source did not say',
    hostile: { gives: 'write_wheel(folder, "dep", "1.0", needs=["evil>=1"])', requires: ['good'] },
    harmless: { gives: 'write_wheel(folder, "dep", "1.0", needs=["good"])', requires: ['good'] },
    message: /needs other packages \(evil\) than its source said \(good\)/,
  },
  {
    what: 'says that it needs what is no list',
    hostile: { saysToNeed: '{"a": 1}.__len__' },
    harmless: { saysToNeed: '()' },
    message: /failed in get_requires_for_build_wheel/,
  },
  {
    what: 'has a backend outside of itself',
    hostile: {
      files: {
        'pyproject.toml': '[build-system]\nrequires = []\nbuild-backend = "own_backend"\nbackend-path = ["../.."]\n',
      },
    },
    message: /backend-path leads out of it/,
  },
  {
    what: 'has no backend that can be named',
    hostile: { files: { 'pyproject.toml': '[build-system]\nrequires = []\nbuild-backend = "os; evil"\n' } },
    message: /its pyproject\.toml cannot be used/,
  },
];

describe('a source that', needs(root, bubblewrap, python, uvWheel), () => {
  for (const { what, hostile, harmless = {}, message, said, limits } of hostileSources) {
    it(`${what} comes to nothing, and the same made harmless is built`, async (context) => {
      process.env['BELLJAR_TEST_SECRET'] = secret;
      const { build } = await openSourceHouse(context, limits);
      const refused = await build('dep', makeOwnSource({ name: 'dep', ...hostile }));
      assert.ok(refused.kind === 'failed', 'it was built');
      assert.match(refused.message, message, refused.said);
      if (said !== undefined) assert.match(refused.said, said);
      const built = await build('dep', makeOwnSource({ name: 'dep', ...harmless }));
      if (built.kind === 'failed') assert.fail(`${built.message}\n${built.said}`);
    });
  }

  it('reads files of the host finds none, where the host itself would', async (context) => {
    const { build } = await openSourceHouse(context);
    const folder = mkdtempSync(join(tmpdir(), 'belljar-secret-'));
    context.after(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, 'key');
    writeFileSync(path, secret, { mode: 0o644 });
    const refused = await build('dep', makeOwnSource({ name: 'dep', before: `open(${JSON.stringify(path)})` }));
    assert.ok(refused.kind === 'failed');
    assert.match(refused.said, /FileNotFoundError/);
    assert.equal(readFileSync(path, 'utf8'), secret);
  });

  it('calls out reaches nobody, where the host itself would', async (context) => {
    const { build } = await openSourceHouse(context);
    const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    context.after(() => server.close());
    let calls = 0;
    server.on('connection', () => (calls += 1));
    const { port } = server.address() as { port: number };
    const before = `import socket\nsocket.create_connection(("127.0.0.1", ${port}), 5)`;
    const refused = await build('dep', makeOwnSource({ name: 'dep', before }));
    assert.ok(refused.kind === 'failed');
    assert.match(refused.said, /ConnectionRefusedError|Network is unreachable|PermissionError/);
    assert.equal(calls, 0);
    await once(connect(port, '127.0.0.1'), 'close');
    assert.equal(calls, 1);
  });

  it('leaves a process behind has it ended before its wheel is taken', async (context) => {
    const { build } = await openSourceHouse(context);
    const before = `import subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(10**6)"], start_new_session=True)`;
    const built = await build('dep', makeOwnSource({ name: 'dep', before }));
    assert.equal(built.kind, 'built');
  });
});
