export type { PythonBuild } from './python-build.ts';
