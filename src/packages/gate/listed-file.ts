import type { ListedWheel } from './inspections.ts';
import type { JudgedFile } from './judge-page.ts';

/** What a page of ours says of the METADATA that is served beside a wheel: its hash, or only that it is there. */
export type MetadataMark = { readonly sha256: string } | true;

/** A file as a page of ours lists it. */
export interface ListedFile {
  readonly judged: JudgedFile;
  readonly sha256: string;
  /** Relative to the page: the same for every client, whatever its address. */
  readonly href: string;
  readonly metadata: MetadataMark | undefined;
}

/** Tells the hash of the METADATA of a wheel, where it was served before. */
export type FindMetadataHash = (wheel: ListedWheel) => string | undefined;

export function listFile(judged: JudgedFile, findMetadataHash: FindMetadataHash): ListedFile | undefined {
  const { file, isWheel, version } = judged;
  const { sha256, filename, coreMetadata } = file;
  if (sha256 === undefined || version === undefined) return undefined;
  const href = `../../files/${sha256}/${encodeURIComponent(filename)}`;
  if (!isWheel) return { judged, sha256, href, metadata: undefined };
  const known = typeof coreMetadata === 'object' ? coreMetadata.sha256 : undefined;
  const metadataSha256 = known ?? findMetadataHash({ sha256, filename, coreMetadata });
  return { judged, sha256, href, metadata: metadataSha256 === undefined ? true : { sha256: metadataSha256 } };
}
