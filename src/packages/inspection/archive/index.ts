export { type ByteSource, BytesInMemory, BytesOnDisk, ReadAhead } from './byte-source.ts';
export { checkCollisions } from './collisions.ts';
export { readContent } from './content.ts';
export { checkName } from './entry-name.ts';
export type { PlacedEntry } from './layout.ts';
export { type ArchiveLimits, defaultArchiveLimits } from './limits.ts';
export { checkTotal, openArchive } from './open-archive.ts';
