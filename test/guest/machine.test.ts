import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { chooseAccelerator } from './accelerator.ts';
import { describeMachine, readEnd } from './machine.ts';
import { packagesFor } from './programs.ts';

const terms = {
  folder: '/cache',
  accelerator: { option: 'kvm', cpu: 'host' },
  image: { disk: '/cache/disk', kernel: '/cache/vmlinuz', initrd: '/cache/initrd' },
  parcel: '/a,b/parcel',
  timeoutMs: 1000,
} as const;

describe('describeMachine()', () => {
  const args = describeMachine(terms, { console: '/cache/console', code: '/cache/code' });
  const valuesOf = (name: string): string[] => args.flatMap((arg, index) => (args[index - 1] === name ? [arg] : []));

  it('gives the guest no network', () => {
    assert.deepEqual(valuesOf('-nic'), ['none']);
    assert.ok(args.includes('-nodefaults'));
    assert.deepEqual(valuesOf('-netdev'), []);
  });

  it('throws away what the guest writes to its disks', () => {
    const drives = valuesOf('-drive');
    assert.equal(drives.length, 2);
    assert.ok(drives.every((drive) => drive.endsWith(',snapshot=on')));
  });

  it('keeps a comma in a path from ending an option', () => {
    assert.ok(valuesOf('-drive').includes('file=/a,,b/parcel,format=raw,if=virtio,snapshot=on'));
    const odd = describeMachine(terms, { console: '/a,b/console', code: '/a,b/code' });
    assert.ok(odd.includes('file:/a,,b/console'));
    assert.ok(odd.includes('file,id=code,path=/a,,b/code'));
  });
});

describe('readEnd()', () => {
  const log = Array.from({ length: 40 }, (_, line) => `line ${line}`).join('\n');

  it('passes the code on that the guest told', () => {
    assert.deepEqual(readEnd(false, '0\n', log), { kind: 'exited', code: 0 });
    assert.deepEqual(readEnd(false, '7\n', log), { kind: 'exited', code: 7 });
  });

  it('takes half a code, or none, for a broken guest, and shows the end of its console', () => {
    for (const code of ['', '1', 'x\n']) {
      const end = readEnd(false, code, log);
      assert.equal(end.kind, 'broken');
      assert.match(end.console, /^line 15\n[^]*line 39$/);
    }
  });

  it('does not believe a guest that had to be killed', () => {
    assert.equal(readEnd(true, '0\n', log).kind, 'timeout');
  });
});

describe('chooseAccelerator()', () => {
  const machine =
    (...paths: string[]) =>
    (path: string): boolean =>
      paths.includes(path);

  it('takes the processor where KVM uses it and we may', () => {
    for (const module of ['/sys/module/kvm_intel', '/sys/module/kvm_amd']) {
      assert.deepEqual(chooseAccelerator(machine('/dev/kvm', module), true), { option: 'kvm', cpu: 'host' });
    }
  });

  it('else emulates, and says why', () => {
    assert.match(chooseAccelerator(machine(), false).why ?? '', /no \/dev\/kvm/);
    assert.match(chooseAccelerator(machine('/dev/kvm', '/sys/module/kvm_amd'), false).why ?? '', /group kvm/);
    assert.match(chooseAccelerator(machine('/dev/kvm', '/sys/module/kvm'), true).why ?? '', /virtualisation/);
    assert.equal(chooseAccelerator(machine(), false).option, 'tcg,thread=single');
  });
});

describe('packagesFor()', () => {
  it('names the packages of the programs that are missing', () => {
    assert.deepEqual(
      packagesFor((program) => program === 'git'),
      ['qemu-system-x86', 'debootstrap', 'e2fsprogs', 'util-linux'],
    );
    assert.deepEqual(
      packagesFor(() => true),
      [],
    );
  });
});
