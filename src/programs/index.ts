export type { HostProgram, ReadHostPrograms } from './host-programs.ts';
export { describeProgramEnd, type ProgramEnd, programExitCode, type ProgramOutcome } from './outcome.ts';
export { Program } from './program.ts';
export { Programs, type ProgramsParts } from './programs.ts';
export { type PythonShim, writePythonShim } from './python-shim.ts';
export { ShownFolders } from './shown-folders.ts';
export type { StartProgram } from './start-program.ts';
