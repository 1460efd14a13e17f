import type { ProjectFile } from '../upstream/index.ts';

/** What a source distribution says of itself as METADATA, or why nobody knows. */
export type SourceReading =
  | { readonly kind: 'read'; readonly metadata: Uint8Array }
  | {
      readonly kind: 'unread';
      readonly message: string;
      readonly wasTried: boolean;
      /** The end of what its build said, where that was tried; every line can be shown. */
      readonly said?: string;
    };

export interface NamedSource {
  readonly file: ProjectFile;
  readonly name: string;
  readonly version: string;
}

/** A source that nobody could read, and why. */
export interface UnreadSource {
  readonly name: string;
  readonly version: string;
  readonly filename: string;
  readonly message: string;
  /** Whether building it was tried. */
  readonly wasTried: boolean;
  /** The end of what its build said; every line can be shown. */
  readonly said?: string;
}

/** Reads a source distribution for a resolution; it runs nothing of it unless whoever gave this agreed to that. */
export type ReadSource = (source: NamedSource, signal?: AbortSignal) => Promise<SourceReading>;
