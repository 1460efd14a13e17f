export { removeTree } from '../assemble/remove-tree.ts';
