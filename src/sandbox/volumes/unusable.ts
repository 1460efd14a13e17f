import { BelljarError } from '../../errors.ts';

type Reason =
  'damaged' | 'in-use' | 'locked' | 'no-space' | 'not-announced' | 'not-lockable' | 'not-mountable' | 'over-bound';

const hints: Readonly<Record<Reason, string>> = {
  damaged:
    'Keep it as it is, mend a copy (e2fsck -f), or restore a backup; Belljar never makes it anew over your files.',
  'in-use': 'End the sessions that use it first.',
  locked: 'Another Belljar makes or enlarges it; try again when that is done.',
  'no-space': 'Free space on the disk that holds BELLJAR_HOME, then try again.',
  'not-announced': 'Keep BELLJAR_HOME on a file system that can hold sockets.',
  'not-lockable': 'Install util-linux for its flock; see what the machine has run out of.',
  'not-mountable': 'Its files lie in an image: start Belljar as root where loop devices can be mounted.',
  'over-bound': 'Raise the bound, or remove files from it with a higher one.',
};

/** Why the files of a workspace cannot be shown, with the reason as a word for programs. */
export function unusable(
  reason: Reason,
  message: string,
  { cause, ...details }: { cause?: unknown; said?: string; image?: string } = {},
): BelljarError {
  return new BelljarError('WORKSPACE_UNUSABLE', message, {
    details: { reason, ...details },
    hint: hints[reason],
    ...(cause === undefined ? {} : { cause }),
  });
}

export function isNoSpace(thrown: unknown): boolean {
  const { code } = thrown as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT';
}
