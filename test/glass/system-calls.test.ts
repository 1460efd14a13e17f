import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { runInside } from '../support/glass.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';

const x64 = { what: 'an x86-64 processor', holds: process.arch === 'x64' };

const prelude = `
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def attempt(*args):
    result = libc.syscall(*(ctypes.c_long(a) for a in args))
    return "went through" if result >= 0 else os.strerror(ctypes.get_errno())
`;

/** Each is tried with the filter and, as the control, with all of the glass but the filter. */
const attempts: readonly {
  readonly what: string;
  readonly code: string;
  readonly refused: string;
}[] = [
  {
    what: 'a new user namespace by unshare()',
    code: 'print(attempt(272, 0x10000000))',
    refused: 'Operation not permitted',
  },
  {
    what: 'a new user namespace by clone()',
    code: `
pid = libc.syscall(56, ctypes.c_long(0x10000000 | 17), 0, 0, 0, 0)
if pid == 0: os._exit(0)
print("went through" if pid > 0 else os.strerror(ctypes.get_errno()))`,
    refused: 'Operation not permitted',
  },
  {
    what: 'a new user namespace by clone3()',
    code: `
import struct
args = ctypes.create_string_buffer(struct.pack("<8Q", 0x10000000, 0, 0, 0, 17, 0, 0, 0))
pid = libc.syscall(435, args, ctypes.c_long(64))
if pid == 0: os._exit(0)
print("went through" if pid > 0 else os.strerror(ctypes.get_errno()))`,
    refused: 'Function not implemented',
  },
  {
    what: 'a key in the kernel’s keyring',
    code: 'print(attempt(250, 0, -3, 1))',
    refused: 'Operation not permitted',
  },
  {
    what: 'the memory of another process of its own uid',
    code: `
import time
pid = os.fork()
if pid == 0: time.sleep(30); os._exit(0)
print(attempt(101, 0x4206, pid, 0, 0))
os.kill(pid, 9)`,
    refused: 'Operation not permitted',
  },
  {
    what: 'a socket to the hypervisor (AF_VSOCK), with high bits set',
    code: 'print(attempt(41, 40 | (1 << 40), 1, 0))',
    refused: 'Address family not supported by protocol',
  },
  {
    what: 'the kernel’s device events by netlink',
    code: 'print(attempt(41, 16, 3, 15))',
    refused: 'Address family not supported by protocol',
  },
  {
    what: 'an io_uring',
    code: 'params = ctypes.create_string_buffer(120)\nprint(attempt(425, 4, ctypes.addressof(params)))',
    refused: 'Operation not permitted',
  },
  {
    what: 'a userfaultfd',
    code: 'print(attempt(323, 1))',
    refused: 'Operation not permitted',
  },
];

describe('the system-call filter', needs(root, bubblewrap, python, x64), () => {
  for (const { what, code, refused } of attempts) {
    it(`refuses ${what}`, async () => {
      assert.equal((await runInside(prelude + code)).stdout.trim(), refused);
      const control = await runInside(prelude + code, {}, { lifted: ['system-call-filter'] });
      assert.equal(control.stdout.trim().split('\n').at(-1), 'went through', 'the control');
    });
  }

  it('ends a process that calls by the foreign 32-bit way', async () => {
    const code = `
import ctypes, mmap
code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
code.write(bytes.fromhex("53b814000000cd805bc3"))  # push rbx; mov eax, 20 (getpid); int 0x80; pop rbx; ret
call = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))
print("called:", call() > 0, flush=True)`;
    assert.deepEqual((await runInside(code)).status, 'signalled');
    const control = await runInside(code, {}, { lifted: ['system-call-filter'] });
    // A kernel without 32-bit emulation has nothing to attack here: it faults instead.
    assert.ok(control.stdout === 'called: True\n' || control.status === 'signalled', control.stderr);
  });
});
