import type { AdvisoryFacts, Policy } from '../../policy/index.ts';
import type { Lookalike } from '../names/index.ts';
import type { KeptInspection, ListedWheel } from './inspections.ts';

export interface AdvisorySource {
  readonly asOf: string | undefined;
  /** Tells one state of the data from another, where its time alone does not. */
  readonly digest?: string | undefined;
  find(name: string, version: string): readonly AdvisoryFacts[];
}

/** By what is judged. */
export interface Grounds {
  readonly policy: Policy;
  readonly policyHash: string;
  readonly advisories: AdvisorySource;
  readonly now: Date;
  /** Brings what was found in a project’s wheels before this process began, and tells one state of it from another. */
  readonly loadInspections?: (project: string) => Promise<string>;
  /** What was found in a wheel that was opened before. */
  readonly peekInspection?: (wheel: ListedWheel) => KeptInspection | undefined;
  /** When a wheel that could not be looked at to the end is looked at again. */
  readonly inspectionDueMs?: (wheel: ListedWheel) => number | undefined;
  /** Where it is not known who needs a project: the one that its name is easily taken for. */
  readonly findLookalike?: (name: string) => Lookalike | undefined;
}
