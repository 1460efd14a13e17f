import type { EntryPoint } from './entry-points.ts';
import type { StatedLicence } from './licence.ts';
import type { WheelProblem } from './problem.ts';

/** What was seen in a wheel: it is refused for what is wrong with it, or sound, and then these are its facts. */
export type Inspection = SoundWheel | { readonly verdict: 'refused'; readonly problems: readonly WheelProblem[] };

export interface SoundWheel {
  readonly verdict: 'sound';
  /** As PEP 503 spells it, and the version as METADATA has it. */
  readonly name: string;
  readonly version: string;
  readonly installedBytes: number;
  readonly fileCount: number;
  /** What Python runs at every start, or in the place of the source that people read. */
  readonly startupFiles: readonly string[];
  readonly hasNativeCode: boolean;
  readonly licence: StatedLicence | undefined;
  readonly licenceContradictions: readonly string[];
  readonly importNames: readonly string[];
  /** Modules whose names are those of Python's own or of well-known other projects. */
  readonly shadowedNames: readonly string[];
  readonly entryPoints: readonly EntryPoint[];
  /** Of the bytes of METADATA inside. */
  readonly metadataSha256: string;
  readonly requires: readonly string[];
  readonly requiresPython: string | undefined;
}
