/** What a wheel's modules were compiled to for one build of Python. */
export interface StoredBytecode {
  /** On the host; the files lie below it as they do below site-packages. */
  readonly folder: string;
  /** Sorted: `a/__pycache__/b.cpython-311.pyc`. Where a wheel brings a file of that name itself, this one takes its place. */
  readonly files: readonly { readonly path: string; readonly sizeBytes: number; readonly sha256: string }[];
  /** Modules that this Python cannot compile, such as those of another version. */
  readonly failures: readonly { readonly path: string; readonly message: string }[];
}
