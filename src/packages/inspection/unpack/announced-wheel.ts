import type { EntryPoint } from '../entry-points.ts';
import type { Landing } from '../landing.ts';
import type { RecordRow } from '../record.ts';

/** A file that the program is about to send. */
export interface AnnouncedFile {
  /** Its place in the announcement, by which its content is named. */
  readonly index: number;
  /** Where it lies in the wheel. */
  readonly path: string;
  /** Where it comes to lie. */
  readonly landing: Landing;
  readonly sizeBytes: number;
  readonly isExecutable: boolean;
  /** What RECORD says it is. */
  readonly digest: NonNullable<RecordRow['digest']>;
}

/** A wheel of which everything but the content of its files was heard and judged. */
export interface AnnouncedWheel {
  /** As PEP 503 spells it, and the version as METADATA has it. */
  readonly name: string;
  readonly version: string;
  readonly distInfo: string;
  readonly entryPoints: readonly EntryPoint[];
  /** RECORD and what signs it are not among them. */
  readonly files: readonly AnnouncedFile[];
}
