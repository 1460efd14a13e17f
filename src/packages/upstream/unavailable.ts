import { BelljarError } from '../../errors.ts';
import { showAddress } from './index-address.ts';

/** Why an index could not be asked; `network`, `timeout` and `busy` pass, perhaps. */
export type Why = 'network' | 'timeout' | 'busy' | 'status' | 'redirect' | 'too-large' | 'content';

export interface Unavailable {
  readonly index: string;
  readonly url: URL;
  readonly why: Why;
  readonly message: string;
  readonly cause?: unknown;
}

export function unavailable({ index, url, why, message, cause }: Unavailable): BelljarError {
  const address = showAddress(url);
  return new BelljarError(
    'INDEX_UNAVAILABLE',
    `the package index ${index} gives no answer for ${address}: ${message}`,
    {
      details: { index, address, why },
      ...(cause === undefined ? {} : { cause }),
    },
  );
}

/** Why it was, where that is what was thrown. */
export function whyUnavailable(error: unknown): Why | undefined {
  if (!(error instanceof BelljarError) || error.code !== 'INDEX_UNAVAILABLE') return undefined;
  return error.details['why'] as Why;
}
