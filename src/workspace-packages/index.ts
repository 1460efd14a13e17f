export type { ChangeKind, Declaration, PastDeclaration } from './declaration.ts';
export { type AttachOptions, Declarations, type DeclarationsOptions } from './declarations.ts';
export { type Requirements, type WantedSet, wantedSet, withoutProjects, withRequirements } from './requirements.ts';
