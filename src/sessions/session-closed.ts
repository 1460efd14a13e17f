import { BelljarError } from '../errors.ts';

/** What everyone is told who comes too late. */
export function sessionClosed(): BelljarError {
  return new BelljarError('SESSION_CLOSED', 'the session has ended');
}

export function belljarClosed(): BelljarError {
  return new BelljarError('SESSION_CLOSED', 'Belljar was closed', { hint: 'Open it again.' });
}
