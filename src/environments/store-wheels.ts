import type { BroughtWheel } from '../packages/index.ts';
import type { PlacedWheel } from './assemble/index.ts';
import type { BytecodeStore } from './bytecode/index.ts';
import type { PythonBuild } from './pythons/index.ts';
import type { BuildProgress } from './shelf/index.ts';
import type { WheelStore } from './wheel-store/index.ts';

export interface Stores {
  readonly wheels: Pick<WheelStore, 'ensure'>;
  readonly bytecode: Pick<BytecodeStore, 'ensure'>;
}

export interface StoreOptions {
  readonly wheels: readonly BroughtWheel[];
  readonly python: PythonBuild;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: BuildProgress) => void;
}

/** Unpacks and compiles what the stores do not have yet: a wheel is compiled as soon as it is unpacked. */
export async function storeWheels(stores: Stores, options: StoreOptions): Promise<readonly PlacedWheel[]> {
  const { wheels, python, onProgress } = options;
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  let done = 0;
  const storing = wheels.map(async ({ name, path, filename, sha256, isRequested }): Promise<PlacedWheel> => {
    const tell = (phase: string): void => onProgress({ phase, package: name, done, total: wheels.length });
    tell('unpacking');
    const wheel = await stores.wheels.ensure({ path, filename, sha256, signal });
    tell('compiling');
    const bytecode = await stores.bytecode.ensure(wheel, python, { signal });
    done += 1;
    return { wheel, bytecode, isRequested };
  });
  for (const each of storing) each.catch((error: unknown) => failed.abort(error));
  // None may still write when the folder of the build is removed.
  const settled = await Promise.allSettled(storing);
  if (failed.signal.aborted && !options.signal.aborted) throw failed.signal.reason;
  return settled.map((each) => {
    if (each.status === 'rejected') throw each.reason;
    return each.value;
  });
}
