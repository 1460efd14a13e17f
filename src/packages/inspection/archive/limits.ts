/** How much an archive may hold before it is taken for an attack. */
export interface ArchiveLimits {
  readonly maxFiles: number;
  readonly maxUnpackedBytes: number;
  /** Of the list of all files, which is held in memory. */
  readonly maxDirectoryBytes: number;
  readonly maxPathBytes: number;
  /** How many times its weight it may unpack to, once that is more than `ratioFreeBytes`. */
  readonly maxRatio: number;
  readonly ratioFreeBytes: number;
}

export const defaultArchiveLimits: ArchiveLimits = {
  maxFiles: 200_000,
  maxUnpackedBytes: 16 * 2 ** 30,
  maxDirectoryBytes: 64 * 2 ** 20,
  maxPathBytes: 1024,
  maxRatio: 60,
  ratioFreeBytes: 64 * 2 ** 20,
};
