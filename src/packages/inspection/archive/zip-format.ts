/**
 * The records of a ZIP archive: what each begins with, and how long it is without its names. For all who read one; it lies
 * here because no other folder is there behind glass.
 */
export const zipFormat = {
  end: { signature: 0x06054b50, bytes: 22 },
  /** Says where the wide end is. */
  locator: { signature: 0x07064b50, bytes: 20 },
  wideEnd: { signature: 0x06064b50, bytes: 56 },
  /** An entry of the directory. */
  entry: { signature: 0x02014b50, bytes: 46 },
  /** What stands before the content of an entry. */
  header: { signature: 0x04034b50, bytes: 30 },
  maxCommentBytes: 0xffff,
} as const;
