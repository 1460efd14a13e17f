import type { Interpreter } from '../interpreter.ts';

/** A CPython with what compiled code and bytecode have to fit. */
export interface PythonBuild extends Interpreter {
  /** The cache tag: cpython-311. */
  readonly tag: string;
  /** A digest of what makes one build fit for another's bytecode and wheels, wherever it is installed. */
  readonly build: string;
}
