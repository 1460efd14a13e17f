import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Accelerator } from './accelerator.ts';
import type { GuestImage } from './image.ts';

export interface MachineTerms {
  /** Holds what comes out of this one start. */
  readonly folder: string;
  readonly accelerator: Accelerator;
  readonly image: GuestImage;
  readonly parcel: string;
  readonly timeoutMs: number;
}

export type MachineEnd =
  | { readonly kind: 'exited'; readonly code: number }
  /** It did not go off in time, or did without telling a code: the end of its console says more. */
  | { readonly kind: 'timeout' | 'broken'; readonly console: string };

/** Starts the guest, passes its program’s output to our own, and waits until the guest is off. */
export async function runMachine(terms: MachineTerms): Promise<MachineEnd> {
  const console = join(terms.folder, 'console');
  const code = join(terms.folder, 'code');
  for (const file of [console, code]) writeFileSync(file, '');
  // Its input stays open: a port whose other side has ended takes no output either.
  const child = spawn('qemu-system-x86_64', describeMachine(terms, { console, code }), {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill('SIGKILL');
  }, terms.timeoutMs);
  const stop = (): void => void child.kill('SIGKILL');
  process.once('exit', stop);
  try {
    await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
  } finally {
    clearTimeout(timer);
    process.off('exit', stop);
  }
  return readEnd(isLate, readFileSync(code, 'utf8'), readFileSync(console, 'utf8'));
}

export function readEnd(isLate: boolean, code: string, console: string): MachineEnd {
  if (!isLate && /^\d+\n$/.test(code)) return { kind: 'exited', code: Number(code) };
  return { kind: isLate ? 'timeout' : 'broken', console: console.split('\n').slice(-25).join('\n') };
}

/** Without a network, and on disks whose changes are thrown away. */
export function describeMachine(terms: MachineTerms, { console, code }: { console: string; code: string }): string[] {
  const { accelerator, image, parcel } = terms;
  return [
    ...['-accel', accelerator.option, '-cpu', accelerator.cpu, '-m', '2048', '-smp', '2'],
    ...['-nodefaults', '-no-user-config', '-no-reboot', '-nographic', '-nic', 'none', '-monitor', 'none'],
    ...['-kernel', image.kernel, '-initrd', image.initrd],
    ...['-append', 'root=LABEL=belljar-root rw console=ttyS0 panic=-1 quiet'],
    ...['-drive', `file=${escapeComma(image.disk)},format=raw,if=virtio,snapshot=on`],
    ...['-drive', `file=${escapeComma(parcel)},format=raw,if=virtio,snapshot=on`],
    ...['-serial', `file:${escapeComma(console)}`],
    ...['-device', 'virtio-serial-pci'],
    ...['-chardev', 'stdio,id=output,signal=off', '-device', 'virtserialport,chardev=output,name=belljar.output'],
    ...['-chardev', `file,id=code,path=${escapeComma(code)}`],
    ...['-device', 'virtserialport,chardev=code,name=belljar.code'],
  ];
}

/** QEMU separates the parts of an option by commas, and reads two as one that is meant. */
function escapeComma(path: string): string {
  return path.replaceAll(',', ',,');
}
