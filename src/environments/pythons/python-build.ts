import type { BundlePart } from '../../sandbox/index.ts';

/** A CPython of this machine, and what of the host must be shown for it to run behind glass. */
export interface Interpreter {
  readonly executable: string;
  readonly version: string;
  readonly parts: readonly BundlePart[];
}

/** A CPython with what compiled code and bytecode have to fit. */
export interface PythonBuild extends Interpreter {
  /** The cache tag: cpython-311. */
  readonly tag: string;
  /** A digest of what makes one build fit for another's bytecode and wheels, wherever it is installed. */
  readonly build: string;
}
