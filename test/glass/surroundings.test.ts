import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { runInside } from '../support/glass.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';

/** What ordinary programs ask of the system they run on. */
describe('code behind glass finds', needs(root, bubblewrap, python), () => {
  const questions: readonly [string, string, RegExp][] = [
    [
      'who it runs as, by its own uid',
      'import os, pwd, grp, getpass; print(getpass.getuser(), pwd.getpwuid(os.getuid()).pw_dir, grp.getgrgid(os.getgid()).gr_name)',
      /^belljar \/workspace belljar\n$/,
    ],
    [
      'the owner of its files',
      'import pathlib; p = pathlib.Path("x"); p.touch(); print(p.owner(), p.group(), pathlib.Path("~belljar").expanduser())',
      /^belljar belljar \/workspace\n$/,
    ],
    ['libraries by their names', 'import ctypes.util; print(ctypes.util.find_library("c"))', /^libc\.so\.6\n$/],
    [
      'itself under the name localhost',
      `import socket
server = socket.create_server(("localhost", 0))
client = socket.create_connection(server.getsockname())
server.accept()[0].send(b"heard")
print(client.recv(9), socket.gethostbyname(socket.gethostname()))`,
      /^b'heard' 127\.0\.1\.1\n$/,
    ],
  ];
  for (const [name, code, answer] of questions) {
    it(name, async () => {
      const { stdout, stderr } = await runInside(code);
      assert.match(stdout, answer, stderr);
    });
  }

  it('no other sandbox’s uid named', async () => {
    const lines = 'import pwd; print(sorted(p.pw_name for p in pwd.getpwall()))';
    assert.equal((await runInside(lines)).stdout, "['belljar', 'nobody', 'root']\n");
  });

  it('and cannot change who is named', async () => {
    const { stdout } = await runInside(`
for path in ("/etc/passwd", "/etc/group"):
    try: open(path, "a")
    except OSError as error: print(error.errno)`);
    assert.match(stdout, /^(13|30)\n(13|30)\n$/);
  });
});
