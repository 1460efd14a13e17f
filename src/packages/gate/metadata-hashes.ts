const maxRemembered = 50_000;

/** The sha256 of METADATA that was served, by the sha256 of its wheel. */
export class MetadataHashes {
  readonly #hashes = new Map<string, string>();

  remember(wheelSha256: string, metadataSha256: string): void {
    if (this.#hashes.size >= maxRemembered) this.#hashes.clear();
    this.#hashes.set(wheelSha256, metadataSha256);
  }

  find(wheelSha256: string): string | undefined {
    return this.#hashes.get(wheelSha256);
  }
}
