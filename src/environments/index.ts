export { type FindInterpreterOptions, findInterpreter } from './interpreter.ts';
export { type Interpreter, type PythonBuild, Pythons, type PythonsOptions } from './pythons/index.ts';
export { halfFolder, makeHalf, nameHalf, sweepHalves } from './shelf/index.ts';
