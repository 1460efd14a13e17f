export { describeBuild } from './describe-build.ts';
export { KnownAnswers } from './known-answers.ts';
export { type InstalledPackage, listInstalled } from './list-installed.ts';
export type { Interpreter, PythonBuild } from './python-build.ts';
export { isPythonVersion, Pythons, type PythonsOptions } from './pythons.ts';
