export { type TreeFault } from './check-tree.ts';
export { FolderWriter } from './folder-writer.ts';
export { Running } from './running.ts';
export { sealInto } from './seal-into.ts';
export { type Sealed, SealedFolders } from './sealed-folders.ts';
export type { SealedFile } from './sealed-file.ts';
