import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';

import type { Block } from './assemble.ts';
import { describeFilter } from './describe.ts';
import { type FilterArch, buildFilter, compileFilter } from './filter.ts';
import { systemCallNumbers } from './numbers.gen.ts';
import { allowedCalls, conditionalCalls, refusedCalls } from './rules.ts';
import { buildWall, compileWall } from './wall.ts';

const arches: readonly FilterArch[] = ['x64', 'arm64'];
const audit = { x64: 0xc000003e, arm64: 0xc00000b7, i386: 0x40000003 };
const allow = 'allow';

for (const arch of arches) {
  const call = (name: string, ...args: readonly (number | bigint)[]): string =>
    run(buildFilter(arch), { number: systemCallNumbers[arch][name] ?? assert.fail(name), arch: audit[arch], args });

  describe(`the filter on ${arch}`, () => {
    it('gives each call the answer of its list, and every other number ENOSYS', () => {
      const expected = new Map<number, string>();
      const enter = (lists: Readonly<Record<string, string>>, answer: string): void => {
        for (const name of Object.values(lists).join(' ').split(/\s+/)) {
          const number = systemCallNumbers[arch][name];
          if (number !== undefined) expected.set(number, answer);
        }
      };
      enter(allowedCalls, allow);
      enter(refusedCalls, 'errno 1');
      const conditional = new Set(conditionalCalls.map(({ name }) => systemCallNumbers[arch][name]));
      const filter = buildFilter(arch);
      for (let number = 0; number < 2000; number++) {
        if (conditional.has(number)) continue;
        assert.equal(
          run(filter, { number, arch: audit[arch], args: [] }),
          expected.get(number) ?? 'errno 38',
          String(number),
        );
      }
    });

    it('kills calls of another ABI', () => {
      const filter = buildFilter(arch);
      assert.equal(run(filter, { number: 1, arch: audit.i386, args: [] }), 'kill');
      assert.equal(run(filter, { number: 1, arch: audit[arch === 'x64' ? 'arm64' : 'x64'], args: [] }), 'kill');
      assert.equal(run(filter, { number: 0x40000000 | 1, arch: audit[arch], args: [] }), 'kill');
      assert.equal(run(filter, { number: 0xffffffff, arch: audit[arch], args: [] }), 'kill');
    });

    it('lets clone() make processes and threads, and no namespace, whatever else is asked with it', () => {
      const thread = 0x3d0f00;
      const fork = 0x01200011;
      assert.equal(call('clone', thread), allow);
      assert.equal(call('clone', fork), allow);
      for (const flag of [0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000]) {
        assert.equal(call('clone', flag), 'errno 1');
        assert.equal(call('clone', thread | flag), 'errno 1');
        assert.equal(call('clone', (1n << 40n) | BigInt(flag)), 'errno 1');
      }
    });

    it('does not know clone3(), whose arguments cannot be tested', () => {
      assert.equal(run(buildFilter(arch), { number: 435, arch: audit[arch], args: [] }), 'errno 38');
    });

    it('opens sockets of a few families only, with high bits set or not', () => {
      for (const family of [1, 2, 10]) assert.equal(call('socket', family, 1, 0), allow);
      for (const family of [0, 3, 4, 5, 9, 17, 21, 30, 31, 38, 40, 44])
        assert.equal(call('socket', family, 1, 0), 'errno 97');
      assert.equal(call('socket', (1n << 32n) | 17n, 3, 0), 'errno 97');
      assert.equal(call('socket', 16, 3, 0), allow);
      for (const protocol of [1, 4, 9, 12, 15, 16]) assert.equal(call('socket', 16, 3, protocol), 'errno 97');
      assert.equal(call('socketpair', 1, 1, 0), allow);
      assert.equal(call('socketpair', 16, 1, 0), 'errno 97');
    });

    it('opens internet sockets for TCP and UDP only', () => {
      for (const family of [2, 10]) {
        for (const protocol of [0, 6]) assert.equal(call('socket', family, 1, protocol), allow);
        for (const protocol of [0, 17]) assert.equal(call('socket', family, 0x80802, protocol), allow);
        for (const protocol of [1, 17, 132, 136, 255, 262])
          assert.equal(call('socket', family, 1, protocol), 'errno 97');
        // With protocol 0 the kernel takes the first of that type: SCTP, DCCP, raw.
        for (const type of [3, 4, 5, 6, 10]) assert.equal(call('socket', family, type, 0), 'errno 97');
      }
    });

    it('sets what programs tune on sockets, and attaches no filters to them', () => {
      for (const [level, name] of [
        [1, 2],
        [1, 9],
        [6, 1],
        [0, 2],
        [41, 26],
        [17, 103],
      ])
        assert.equal(call('setsockopt', 3, level ?? 0, name ?? 0), allow, `${level} ${name}`);
      for (const [level, name] of [
        [1, 26],
        [1, 50],
        [1, 51],
        [1, 52],
        [1, 29],
        [6, 31],
        [0, 64],
        [41, 64],
        [270, 1],
        [132, 1],
      ])
        assert.equal(call('setsockopt', 3, level ?? 0, name ?? 0), 'errno 92', `${level} ${name}`);
      assert.equal(call('setsockopt', 3, 1, (1n << 32n) | 26n), 'errno 92');
    });

    it('loads no filter of its own, whose compiled code no limit counts', () => {
      assert.equal(call('seccomp', 2), allow);
      for (const operation of [0, 1]) assert.equal(call('seccomp', operation), 'errno 1');
      assert.equal(call('prctl', 22, 2), 'errno 1');
    });

    it('maps no huge pages, by any call', () => {
      assert.equal(call('mmap', 0, 4096, 3, 0x22), allow);
      assert.equal(call('mmap', 0, 4096, 3, 0x40022), 'errno 1');
      assert.equal(call('memfd_create', 0, 1), allow);
      assert.equal(call('memfd_create', 0, 5), 'errno 1');
      assert.equal(call('shmget', 0, 4096, 0o1600), allow);
      assert.equal(call('shmget', 0, 4096, 0o5600), 'errno 1');
    });

    it('tells nothing of what others do with files', () => {
      for (const command of [0, 1, 2, 3, 4, 6, 38, 1030, 1033]) assert.equal(call('fcntl', 0, command), allow);
      for (const command of [1024, 1026, (1n << 32n) | 1026n]) assert.equal(call('fcntl', 0, command), 'errno 1');
      assert.equal(call(arch === 'x64' ? 'inotify_init' : 'inotify_init1'), 'errno 1');
    });

    it('pushes no input into a terminal, with high bits set or not', () => {
      for (const request of [0x5413, 0x5409, 0x540a, 0x540b]) assert.equal(call('ioctl', 0, request), allow);
      for (const request of [0x5412, 0x541c, 0x5423, 0x4b4d]) {
        assert.equal(call('ioctl', 0, request), 'errno 25');
        assert.equal(call('ioctl', 0, (1n << 33n) | BigInt(request)), 'errno 25');
      }
    });

    it('changes neither personality nor what prctl() could open', () => {
      assert.equal(call('personality', 0xffffffff), allow);
      assert.equal(call('personality', 0x0040000), 'errno 1');
      assert.equal(call('prctl', 38, 1), allow);
      for (const option of [22, 31, 33, 35, 53, 59, 0x59616d61]) assert.equal(call('prctl', option), 'errno 1');
    });

    it('is described in words, every call of it', () => {
      const words = describeFilter(arch);
      for (const name of Object.keys(systemCallNumbers[arch])) assert.match(words, new RegExp(`\\b${name}\\b`));
    });
  });
}

for (const arch of arches) {
  const call = (program: Block, name: string, ...args: readonly (number | bigint)[]): string =>
    run(program, { number: systemCallNumbers[arch][name] ?? assert.fail(name), arch: audit[arch], args });

  describe(`a wall on ${arch}`, () => {
    it('can be added once, by the one call that is open for it', () => {
      const open = buildFilter(arch, { mayAddFilter: true });
      assert.equal(call(open, 'prctl', 22, 2), allow);
      assert.equal(call(open, 'prctl', 22, 1), 'errno 1');
      assert.equal(call(open, 'seccomp', 1), 'errno 1');
      assert.equal(call(open, 'prctl', 38, 1), allow);
      assert.equal(call(open, 'prctl', 53), 'errno 1');
      assert.equal(call(buildFilter(arch), 'prctl', 22, 2), 'errno 1');
      for (const refused of [[], ['programs'] as const]) {
        for (const high of [0n, 1n << 40n]) {
          assert.equal(call(buildWall(arch, refused), 'prctl', high | 22n, 2), 'errno 1');
        }
        assert.equal(call(buildWall(arch, refused), 'prctl', 38, 1), allow);
      }
    });

    it('refuses what it is told to refuse, and nothing else', () => {
      const socket = (program: Block): string[] => [1, 2, 10, 16].map((family) => call(program, 'socket', family));
      const programs = buildWall(arch, ['programs']);
      for (const name of ['execve', 'execveat']) assert.equal(call(programs, name), 'errno 1');
      assert.deepEqual(socket(programs), [allow, allow, allow, allow]);
      const internet = buildWall(arch, ['internet-sockets']);
      assert.deepEqual(socket(internet), [allow, 'errno 13', 'errno 13', 'errno 13']);
      assert.equal(call(internet, 'execve'), allow);
      const all = buildWall(arch, ['programs', 'internet-sockets', 'unix-sockets']);
      assert.deepEqual(socket(all), ['errno 13', 'errno 13', 'errno 13', 'errno 13']);
      for (const name of ['clone', 'wait4', 'socketpair', 'connect', 'openat']) assert.equal(call(all, name), allow);
    });

    it('ends the process at a call of another ABI', () => {
      assert.equal(run(buildWall(arch, []), { number: 1, arch: audit.i386, args: [] }), 'kill');
    });
  });
}

describe('compileFilter()', () => {
  it('writes eight bytes for each instruction, fewer than the kernel takes', () => {
    for (const arch of arches) {
      assert.equal(compileFilter(arch)?.length, buildFilter(arch).length * 8);
      assert.ok(buildFilter(arch).length < 4096);
    }
  });

  it('has nothing for an architecture without a table', () => {
    assert.equal(compileFilter('riscv64'), undefined);
    assert.equal(compileWall('riscv64', []), undefined);
  });
});

describe('the lists', () => {
  it('name no call twice', () => {
    const names = [allowedCalls, refusedCalls].flatMap((lists) => Object.values(lists).join(' ').split(/\s+/));
    const all = [...names, ...conditionalCalls.map(({ name }) => name)];
    assert.deepEqual(
      all.filter((name, index) => all.indexOf(name) !== index),
      [],
    );
  });

  it('have the numbers that this machine’s Python was built with', () => {
    const script = 'import ctypes, os; print(ctypes.CDLL(None).syscall(NUMBER), os.getpid())';
    const { stdout, error } = spawnSync('python3', ['-c', script.replace('NUMBER', String(ownNumbers()['getpid']))], {
      encoding: 'utf8',
    });
    if (error !== undefined) return; // the tables are held against the kernel itself in test/glass
    const [number, expected] = stdout.trim().split(' ');
    assert.equal(number, expected);
  });
});

function ownNumbers(): Readonly<Record<string, number>> {
  return systemCallNumbers[process.arch === 'arm64' ? 'arm64' : 'x64'];
}

interface Call {
  readonly number: number;
  readonly arch: number;
  readonly args: readonly (number | bigint)[];
}

/** What the kernel would do: an interpreter of the few instructions that the filter is made of. */
function run(program: Block, call: Call): string {
  let word = 0;
  for (let at = 0; at < program.length; at++) {
    const { code, value, jumpTrue, jumpFalse } = program[at] ?? assert.fail('ran off the end');
    if (code === 0x20) word = loadWord(call, value);
    else if (code === 0x54) word = (word & value) >>> 0;
    else if (code === 0x05) at += value;
    else if (code === 0x15) at += word === value >>> 0 ? jumpTrue : jumpFalse;
    else if (code === 0x35) at += word >= value >>> 0 ? jumpTrue : jumpFalse;
    else if (code === 0x06) return describeAnswer(value >>> 0);
    else assert.fail(`instruction ${code}`);
  }
  return assert.fail('no answer');
}

function loadWord({ number, arch, args }: Call, offset: number): number {
  if (offset === 0) return number >>> 0;
  if (offset === 4) return arch >>> 0;
  assert.equal((offset - 16) % 8, 0, 'only low halves are looked at');
  return Number(BigInt.asUintN(32, BigInt(args[(offset - 16) / 8] ?? 0)));
}

function describeAnswer(value: number): string {
  if (value === 0x7fff0000) return allow;
  if (value === 0x80000000) return 'kill';
  return `errno ${value & 0xffff}`;
}
