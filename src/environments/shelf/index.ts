export { halfFolder, makeHalf, nameHalf, sweepHalves } from './half.ts';
export { removeTree } from './remove-tree.ts';
