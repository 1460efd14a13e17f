export { type Assembled, assemble, type AssembleOptions } from './assemble.ts';
export type { EnvironmentDescription } from './environment-file.ts';
export { environmentPath } from './layout.ts';
export type { LinkMethod } from './link-method.ts';
export type { PlacedWheel } from './plan-environment.ts';
export { removeTree } from './remove-tree.ts';
export type { TreeProblem } from './tree-problem.ts';
export { readDescription, type TreeVerification, verifyTree, type VerifyTreeOptions } from './verify-tree.ts';
