export { type FindInterpreterOptions, type Interpreter, findInterpreter } from './interpreter.ts';
