import type { Policy } from '../../policy/index.ts';
import type { Verdict } from '../../words.ts';
import type { Upstream } from '../upstream/index.ts';
import type { Exchange } from './answer.ts';
import type { Client, ClientEntry } from './clients.ts';
import type { Inspections } from './inspections.ts';
import type { AdvisorySource, Grounds } from './grounds.ts';
import type { MetadataHashes } from './metadata-hashes.ts';
import type { ReadyPages } from './ready-pages.ts';
import type { LockedFiles, View } from './view.ts';

/** A wheel that is to be opened. */
export interface WheelToInspect {
  readonly path: string;
  readonly filename: string;
  readonly sha256: string;
}

/** Something that may go on the record. */
export interface GateEvent {
  readonly kind: 'served' | 'refused';
  readonly verdict: Verdict;
  readonly client: string;
  readonly project: string;
  readonly version?: string | undefined;
  readonly filename?: string | undefined;
  readonly sha256?: string | undefined;
  readonly policyHash: string;
  readonly rules: readonly string[];
}

export interface GateOptions {
  readonly upstream: Upstream;
  /** The policy in force, asked for at every request. */
  readonly policy: () => { readonly policy: Policy; readonly hash: string };
  /** The advisory data, asked for at every request; without it the policy’s rule for data that is missing holds. */
  readonly advisories?: () => AdvisorySource;
  readonly inspections: Inspections;
  readonly inspect: (wheel: WheelToInspect, signal: AbortSignal) => Promise<unknown>;
  /** The lock of a digest; without it there is no lock mode. */
  readonly findLock?: (digest: string) => Promise<LockedFiles | undefined>;
  readonly clients?: readonly ClientEntry[];
  /** What may stand in the Host header besides the loopback addresses, with the port where there is one. */
  readonly hosts?: readonly string[];
  readonly now?: () => Date;
  readonly onEvent?: (event: GateEvent) => void;
  /** For pages that are kept ready. */
  readonly maxPageBytes?: number;
  /** Where pages that are ready are kept over a restart; they are not where left out. */
  readonly pagesFolder?: string;
}

/** What those who serve a request work with. */
export interface Desk {
  readonly options: GateOptions;
  readonly pages: ReadyPages;
  readonly metadataHashes: MetadataHashes;
  /** Aborted when the gate closes. */
  readonly signal: AbortSignal;
  grounds(): Grounds;
}

/** One request of a client that is known. */
export interface Errand extends Exchange {
  readonly client: Client;
  readonly view: View;
  /** The beginning of the client's addresses. */
  readonly prefix: string;
}
