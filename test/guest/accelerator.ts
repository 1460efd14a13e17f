import { accessSync, constants, existsSync } from 'node:fs';

/** What executes the guest’s instructions. */
export interface Accelerator {
  /** As QEMU’s -accel takes it. */
  readonly option: string;
  readonly cpu: string;
  /** Why it is not the processor itself. */
  readonly why?: string;
}

/** The processor where it can, else QEMU’s emulation: the same guest, some ten times slower. */
export function chooseAccelerator(exists: (path: string) => boolean = existsSync, hasKvm = canUseKvm()): Accelerator {
  // Emulated side by side, one core may run what another is just compiling: Node crashes at some starts.
  const emulated = { option: 'tcg,thread=single', cpu: 'max' };
  if (!exists('/dev/kvm')) return { ...emulated, why: 'there is no /dev/kvm' };
  // There are kinds of KVM that run kernels made for them alone.
  if (!processorModules.some(exists))
    return { ...emulated, why: 'KVM here does not use the processor’s virtualisation' };
  if (!hasKvm) return { ...emulated, why: '/dev/kvm is for root and members of group kvm' };
  return { option: 'kvm', cpu: 'host' };
}

const processorModules = ['/sys/module/kvm_intel', '/sys/module/kvm_amd'];

function canUseKvm(): boolean {
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
