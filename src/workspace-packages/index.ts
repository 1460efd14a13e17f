export { Background } from './background.ts';
export { type ChangeOptions, type ChangeResult, type EnvironmentMaker, type Place, requireAction } from './change.ts';
export type { BaseInterpreter, CompileEnvironment, CompileOptions } from './compile-environment.ts';
export type { ChangeKind, Declaration, PastDeclaration } from './declaration.ts';
export { Declarations, type DeclarationsOptions } from './declarations.ts';
export { type DeclaredFile, declaredFileNames, findDeclaredFile } from './declared-file.ts';
export type { Requirements } from './requirements.ts';
export { type LeaseOptions, type PackagesParts, WorkspacePackages } from './workspace-packages.ts';
