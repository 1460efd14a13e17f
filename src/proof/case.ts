import type { CapabilityName } from '../sandbox/index.ts';
import type { Setting } from './setting.ts';

export const families = ['kernel', 'files', 'network', 'processes', 'exhaustion', 'channel'] as const;
export type Family = (typeof families)[number];

/** The attack is made behind glass; the control is the same with the protection lifted, and must succeed. */
export type Side = 'attack' | 'control';

/** One attack, and all that is needed to judge it. */
export interface ProofCase {
  readonly id: string;
  readonly family: Family;
  /** What it tries, as a person reads it. */
  readonly title: string;
  /** What must stop it. */
  readonly protections: readonly string[];
  /** By what its success is seen from outside. */
  readonly observed: string;
  /** What the control does without. */
  readonly control: string;
  /** Where the machine cannot enforce this, and the policy requires it, Belljar starts nothing. */
  readonly requires: CapabilityName | undefined;
  /** Whether a machine may well refuse this to the user outside the glass too: then there is nothing to protect. */
  readonly mayBeOutOfReach: boolean;
  /** Why there is nothing to attack for this user on this machine; undefined where there is. */
  findAbsence(setting: Setting): string | undefined;
  attempt(side: Side, setting: Setting): Promise<Sighting>;
}

/** What came of one attempt. */
export interface Sighting {
  /** The evidence from outside; undefined where nothing was seen. */
  readonly seen: string | undefined;
  /** Whether it came so far as to try. */
  readonly hasTried: boolean;
  /** How the program itself says that it went: shown to a person, believed by nobody. */
  readonly word: string;
}
