import type { AdvisoryFacts } from '../../policy/index.ts';

export type Severity = NonNullable<AdvisoryFacts['severity']>;

export const eventKinds = ['introduced', 'fixed', 'last_affected', 'limit'] as const;
export type EventKind = (typeof eventKinds)[number];

/** Where a range of versions begins or ends. `introduced 0` is before every version, `limit *` behind every one. */
export interface RangeEvent {
  readonly kind: EventKind;
  readonly version: string;
}

/** What an advisory says of one project. */
export interface Affected {
  /** Normalised. */
  readonly name: string;
  readonly severity?: Severity | undefined;
  readonly ranges: readonly (readonly RangeEvent[])[];
  /** Single versions that no range says. */
  readonly versions: readonly string[];
}

/** The facts of one OSV record: no descriptions, and nothing that another ecosystem wants to know. */
export interface Advisory {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly modified?: string | undefined;
  readonly published?: string | undefined;
  readonly summary?: string | undefined;
  readonly affected: readonly Affected[];
}
