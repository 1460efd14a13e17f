/** What a package says of its licence, and where it says it. */
export interface KnownLicence {
  readonly expression: string;
  readonly source?: string | undefined;
}
