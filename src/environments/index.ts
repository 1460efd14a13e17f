export { type FindInterpreterOptions, type Interpreter, findInterpreter } from './interpreter.ts';
export type { PythonBuild } from './pythons/index.ts';
export { halfFolder, makeHalf, nameHalf, sweepHalves } from './shelf/index.ts';
