/** What an index says of one file of a project; what it does not say is left out. */
export interface ProjectFile {
  readonly filename: string;
  /** Absolute, and upstream's own: for our eyes only. */
  readonly url: string;
  /** In lower-case hexadecimal digits. */
  readonly sha256?: string | undefined;
  readonly sizeBytes?: number | undefined;
  /** ISO 8601. */
  readonly uploadTime?: string | undefined;
  readonly requiresPython?: string | undefined;
  readonly yanked: boolean;
  readonly yankedReason?: string | undefined;
  /** Whether the index has the wheel’s METADATA beside it; `unknown` where the index says nothing, so it may be tried. */
  readonly coreMetadata: 'none' | 'unknown' | { readonly sha256?: string | undefined };
}

export const projectStatuses = ['active', 'archived', 'deprecated', 'quarantined'] as const;
export type ProjectStatus = (typeof projectStatuses)[number];

/** The page of one project, read. */
export interface ProjectPage {
  /** Normalised. */
  readonly name: string;
  /** The name of the index that it came from. */
  readonly index: string;
  readonly status: ProjectStatus;
  readonly statusReason?: string | undefined;
  readonly files: readonly ProjectFile[];
  /** The sha256 of what upstream sent: the same digest, the same page. */
  readonly digest: string;
  /** When upstream last said it, or said that it still holds; ISO 8601. */
  readonly fetchedAt: string;
  /** Upstream could not be asked, though it was time to. */
  readonly isStale: boolean;
}
