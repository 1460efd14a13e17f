import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { type Server, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { runInside, runOutside } from '../support/glass.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';

/** Each attempt is made twice: inside, where it must fail, and outside, where it must succeed or it proves nothing. */
describe('code behind glass', needs(root, bubblewrap, python), () => {
  const folder = mkdtempSync(join(tmpdir(), 'belljar-host-'));
  after(() => rmSync(folder, { recursive: true }));

  describe('has no network:', () => {
    let tcp: Server;
    let abstract: Server;
    const reached: string[] = [];
    const abstractName = `belljar-test-${process.pid}`;

    before(async () => {
      const listen = (name: string): Server =>
        createServer((socket) => {
          reached.push(name);
          socket.end('hello');
        });
      tcp = listen('tcp');
      abstract = listen('abstract');
      tcp.listen(0, '127.0.0.1');
      abstract.listen(`\0${abstractName}`);
      await Promise.all([once(tcp, 'listening'), once(abstract, 'listening')]);
    });
    after(() => {
      tcp.close();
      abstract.close();
    });

    it('a listener on the host’s loopback cannot be reached', async () => {
      const { port } = tcp.address() as { port: number };
      const code = `import socket\nprint(socket.create_connection(("127.0.0.1", ${port}), 3).recv(9))`;
      const inside = await runInside(code);
      assert.equal(inside.code, 1);
      assert.match(inside.stderr, /ConnectionRefusedError|OSError/);
      assert.deepEqual(reached, []);
      assert.equal((await outsideWhileServing(code)).stdout, "b'hello'\n");
      assert.deepEqual(reached.splice(0), ['tcp']);
    });

    it('nor an abstract socket', async () => {
      const code = `import socket\ns = socket.socket(socket.AF_UNIX)\ns.connect("\\0${abstractName}")\nprint(s.recv(9))`;
      assert.equal((await runInside(code)).code, 1);
      assert.deepEqual(reached, []);
      assert.equal((await outsideWhileServing(code)).stdout, "b'hello'\n");
      assert.deepEqual(reached.splice(0), ['abstract']);
    });

    it('there is no interface but its own loopback, and no name is resolved', async () => {
      const inside = await runInside(
        'import socket\nprint([n for _, n in socket.if_nameindex()])\nsocket.getaddrinfo("localhost.example", 80)',
      );
      assert.equal(inside.stdout, "['lo']\n");
      assert.match(inside.stderr, /gaierror/);
    });
  });

  describe('sees no file of the host:', () => {
    it('a world-readable file in a temporary folder is not there', async () => {
      const path = join(folder, 'readable');
      writeFileSync(path, 'on the host', { mode: 0o644 });
      const code = `print(open(${JSON.stringify(path)}).read())`;
      assert.match((await runInside(code)).stderr, /FileNotFoundError/);
      assert.equal((await runOutside(code)).stdout, 'on the host\n');
    });

    it('the host’s users, machine id and other processes are not there', async () => {
      const code = `
import os
import pwd
print([p for p in ("/etc/shadow", "/etc/machine-id", "/etc/hostname", "/home", "/root", "/var", "/sys", "/run") if os.path.exists(p)])
print([p.pw_name for p in pwd.getpwall()])
print(len([p for p in os.listdir("/proc") if p.isdigit()]))`;
      assert.equal((await runInside(code)).stdout, "[]\n['root', 'belljar', 'nobody']\n2\n");
      assert.match((await runOutside(code)).stdout, /shadow/);
    });

    it('packages that were installed beside the interpreter are not there', async () => {
      const code =
        'import sys, os\nprint([p for p in sys.path if "packages" in p and os.path.isdir(p) and os.listdir(p)])';
      assert.equal((await runInside(code)).stdout, '[]\n');
    });
  });

  describe('writes only what is its own:', () => {
    for (const path of ['/x', '/usr/x', '/dev/x', '/belljar/runner/x', '/etc/x']) {
      it(`${path} cannot be written`, async () => {
        const { stderr, code } = await runInside(`open(${JSON.stringify(path)}, "w").write("x")`);
        assert.equal(code, 1);
        assert.match(stderr, /Read-only file system|Permission denied/);
        // The control: outside, whoever started this may write there. (The runner's folder exists inside only.)
        const parent = path.replace(/\/[^/]*$/, '') || '/';
        if (parent.startsWith('/belljar')) return;
        const control = await runOutside(`import os\nprint(os.access(${JSON.stringify(parent)}, os.W_OK))`);
        assert.equal(control.stdout, 'True\n');
      });
    }

    it('the workspace, the scratch folder and shared memory can be', async () => {
      const code = 'for d in ("/workspace", "/tmp", "/dev/shm"):\n    open(d + "/x", "w").write("x")\nprint("written")';
      assert.equal((await runInside(code)).stdout, 'written\n');
    });

    it('and hold no more than their bound', async () => {
      const code = `
for d in ("/workspace", "/tmp", "/dev/shm"):
    try:
        with open(d + "/big", "wb") as f:
            for _ in range(100): f.write(b"x" * 2**20)
        print("all written")
    except OSError as error:
        print(error.strerror)
    import os; os.unlink(d + "/big")`;
      const { stdout } = await runInside(code);
      assert.deepEqual(stdout.trim().split('\n'), Array(3).fill('No space left on device'));
    });
  });

  describe('has no rights:', () => {
    it('it is not root, has no capabilities and can get none', async () => {
      const code = `
import os
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\\t" in line)
print(os.getuid() > 1000, os.getgroups(), {status[k] for k in ("CapPrm", "CapEff", "CapBnd", "CapAmb", "CapInh")}, status["NoNewPrivs"])`;
      assert.match((await runInside(code)).stdout, /^True \[(\d+)?\] \{'0000000000000000'\} 1\n$/);
      assert.match((await runOutside(code)).stdout, /^False .* 0\n$/);
    });

    it('it cannot mount', async () => {
      const code = `
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
print("mounted" if libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0 else os.strerror(ctypes.get_errno()))`;
      assert.equal((await runInside(code)).stdout, 'Operation not permitted\n');
      // In a mount namespace of its own, so that the control changes nothing here.
      const control = spawnSync('unshare', ['--mount', 'python3', '-I', '-c', code], { encoding: 'utf8' });
      assert.equal(control.stdout, 'mounted\n');
    });

    it('it cannot rewrite the supervisor that serves it', async () => {
      const inside = await runInside('open("/proc/1/mem", "r+b")');
      assert.match(inside.stderr, /Read-only file system: '\/proc\/1\/mem'/);
      const control = await runOutside('import os\nprint(open(f"/proc/{os.getpid()}/mem", "r+b").writable())');
      assert.equal(control.stdout, 'True\n');
    });
  });

  async function outsideWhileServing(code: string): Promise<{ stdout: string }> {
    // Not the blocking way: the listener lives in this process.
    return new Promise((resolve, reject) => {
      execFile('python3', ['-I', '-c', code], (error, stdout) => {
        if (error === null) resolve({ stdout });
        else reject(new Error(`the control did not succeed: ${error.message}`));
      });
    });
  }
});
