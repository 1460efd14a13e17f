/** A file, or a few that belong together, kept because it may be wanted again. */
export interface KeptFile {
  readonly kind: 'artifact' | 'built';
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly usedAtMs: number;
  /** This process has it in its hands. */
  readonly isHeld: boolean;
  readonly remove: () => Promise<void>;
}

export interface KeepWithinOptions {
  readonly maxBytes: number;
  /** The sha256 of those that stay, whatever room is wanted. */
  readonly stays?: ReadonlySet<string> | undefined;
  /** What was used within so long is never removed; ten minutes by default. */
  readonly protectMs?: number | undefined;
  /** Only says what would be removed. */
  readonly isDryRun?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface KeptWithin {
  readonly beforeBytes: number;
  readonly afterBytes: number;
  /** What was removed, or would be. */
  readonly removed: readonly { readonly kind: KeptFile['kind']; readonly sha256: string; readonly bytes: number }[];
}

/** What was used within so long may still be in somebody’s hands. */
const inUseMs = 10 * 60_000;

/** Removes what was not used for longest, until the rest fits; never what is in use. */
export async function keepWithin(files: readonly KeptFile[], options: KeepWithinOptions): Promise<KeptWithin> {
  const { maxBytes, isDryRun = false, signal } = options;
  const beforeBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const removed: KeptWithin['removed'][number][] = [];
  let afterBytes = beforeBytes;
  for (const file of files.toSorted((one, other) => one.usedAtMs - other.usedAtMs)) {
    if (afterBytes <= maxBytes || signal?.aborted === true) break;
    if (isInUse(file, options)) continue;
    if (!isDryRun) await file.remove();
    const { kind, sha256, sizeBytes: bytes } = file;
    removed.push({ kind, sha256, bytes });
    afterBytes -= bytes;
  }
  return { beforeBytes, afterBytes, removed };
}

function isInUse(
  { sha256, usedAtMs, isHeld }: KeptFile,
  { stays, protectMs = inUseMs }: Pick<KeepWithinOptions, 'stays' | 'protectMs'>,
): boolean {
  return isHeld || stays?.has(sha256) === true || Date.now() - usedAtMs < protectMs;
}
