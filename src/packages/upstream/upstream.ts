import type { ProjectFile, ProjectPage } from './project-page.ts';

/** One index that packages may come from. */
export interface IndexSource {
  /** What the policy and the plan call it. */
  readonly name: string;
  /** The address of its simple API; user and password in it never leave the client. */
  readonly url: string;
  /** Patterns of names (`*` stands for anything) that come from here and from nowhere else; without them: all others. */
  readonly only?: readonly string[] | undefined;
  /** Further hosts that it may send us to, as `files.example:8443`; those that its pages name need not stand here. */
  readonly hosts?: readonly string[] | undefined;
  /** A file of certificates in PEM, in place of those that Node trusts. */
  readonly certificates?: string | undefined;
}

export interface FetchOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface PageOptions extends FetchOptions {
  /** What was asked before this moment is asked again, however fresh it is. */
  readonly checkedSinceMs?: number | undefined;
}

export interface ArtifactOptions extends FetchOptions {
  /** Told the bytes that have arrived so far. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

/** A file of an index on this machine’s disk, its hash checked. */
export interface Artifact {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** The indexes that packages come from, and what is kept of them. */
export interface Upstream extends AsyncDisposable {
  /**
   * The page of a project; undefined where no index has it.
   *
   * @throws INDEX_UNAVAILABLE where upstream cannot be asked and nothing is kept.
   */
  findPage(name: string, options?: PageOptions): Promise<ProjectPage | undefined>;
  /**
   * Brings a file here once, checks its sha256 and keeps it by that.
   *
   * @throws ARTIFACT_MISMATCH, INDEX_UNAVAILABLE
   */
  fetchArtifact(file: ProjectFile, options?: ArtifactOptions): Promise<Artifact>;
  /** The METADATA of a wheel: upstream’s own copy, else read out of the wheel. */
  fetchMetadata(file: ProjectFile, options?: FetchOptions): Promise<Uint8Array>;
  /** What was given out as a wheel’s METADATA is not what is inside: it is not kept. */
  forgetMetadata(file: ProjectFile): Promise<void>;
  /** The index that a file belongs to, by its address: what is learned of the file from there holds for no other. */
  placeOf(file: ProjectFile): string;
  /** The size of a file: what the page says, else what upstream answers. */
  findSize(file: ProjectFile, options?: FetchOptions): Promise<number | undefined>;
}
