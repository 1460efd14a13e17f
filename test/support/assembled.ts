import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

import { type AssembleOptions, assemble, type Assembled } from '../../src/environments/assemble/index.ts';
import type { PythonBuild } from '../../src/environments/pythons/index.ts';
import { temporaryTree } from './temporary-tree.ts';
import { compileUnpacked, unpackMade } from './unpacked-wheels.ts';
import type { WheelDescription } from './wheels.ts';

export interface AssembledWheels extends Assembled {
  readonly folder: string;
  readonly wheels: AssembleOptions['wheels'];
}

export interface AssembleMadeOptions {
  readonly context: TestContext;
  readonly python: PythonBuild;
  readonly wheels: readonly WheelDescription[];
  readonly hasBytecode?: boolean;
}

/** An environment of wheels that are made for it, the first of them asked for; gone after the test. */
export async function assembleMade(options: AssembleMadeOptions): Promise<AssembledWheels> {
  const { context, python, hasBytecode = true } = options;
  const base = await temporaryTree(context);
  const wheels = options.wheels.map((description, index) => {
    const wheel = unpackMade(join(base, 'store'), description, python.executable);
    const bytecode = hasBytecode ? compileUnpacked(wheel, python) : undefined;
    return { wheel, bytecode, isRequested: index === 0 };
  });
  const folder = join(base, 'environment');
  mkdirSync(folder);
  return { ...(await assemble({ wheels, python, folder })), folder, wheels };
}
