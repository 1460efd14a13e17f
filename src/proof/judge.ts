import type { Sighting } from './case.ts';

export const verdicts = ['contained', 'escaped', 'unproven', 'skipped', 'refused', 'absent'] as const;
export type Verdict = (typeof verdicts)[number];

export interface Judgement {
  readonly verdict: Verdict;
  readonly evidence: string;
}

/** The kernel's words for a thing that it does not have. */
const absences = ['ENOSYS', 'EAFNOSUPPORT', 'EPROTONOSUPPORT', 'ESOCKTNOSUPPORT', 'ENODEV', 'EOPNOTSUPP', 'ENOTSUP'];

/** And for what it does not let this user do. */
const denials = ['EPERM', 'EACCES'];

/**
 * What the two attempts prove together. An attack that was seen to succeed has escaped, whatever its control did; one
 * that was not seen proves nothing unless its control was.
 */
export function judge(attack: Sighting, control: Sighting, mayBeOutOfReach = false): Judgement {
  if (attack.seen !== undefined) return { verdict: 'escaped', evidence: attack.seen };
  if (!attack.hasTried) return { verdict: 'unproven', evidence: `the attack did not start: ${attack.word}` };
  if (control.seen === undefined) {
    const absence = refusalOf(control);
    const words = mayBeOutOfReach ? [...absences, ...denials] : absences;
    if (absence !== undefined && words.includes(absence)) {
      return { verdict: 'absent', evidence: `without the protection it fails too: ${control.word}` };
    }
    return { verdict: 'unproven', evidence: `the control did not succeed: ${control.word}` };
  }
  return { verdict: 'contained', evidence: attack.word };
}

/** The error by which a program says that it was refused. */
function refusalOf({ word, hasTried }: Sighting): string | undefined {
  return hasTried ? /^refused (E[A-Z0-9]+)\b/.exec(word)?.[1] : undefined;
}

/** Whether a verdict leaves the glass unproven or broken. */
export function isFailure(verdict: Verdict): boolean {
  return verdict === 'escaped' || verdict === 'unproven' || verdict === 'skipped';
}
