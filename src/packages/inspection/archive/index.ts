export { type ByteSource, BytesInMemory, BytesOnDisk, ReadAhead } from './byte-source.ts';
export { readContent } from './content.ts';
export type { PlacedEntry } from './layout.ts';
export { type ArchiveLimits, defaultArchiveLimits } from './limits.ts';
export { openArchive } from './open-archive.ts';
