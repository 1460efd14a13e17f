/** A file of a folder that is never written to again. */
export interface SealedFile {
  /** Below the folder. */
  readonly path: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly isExecutable: boolean;
}
