import { setTimeout } from 'node:timers/promises';

import type { AuditRecord } from '../../record/index.ts';
import { toBelljarError } from '../../errors.ts';
import { timerMs } from '../../options.ts';
import type { Advisories } from './advisories.ts';
import { nameSource } from './download.ts';

export interface RefreshOptions {
  readonly advisories: Advisories;
  /** Undefined where no source is configured: then only what other processes import is taken over. */
  readonly url: string | undefined;
  readonly everyMs: number;
  readonly record?: Pick<AuditRecord, 'append'> | undefined;
  /** Done after each time, whether something came or not; where it fails, that is told as if nothing could be fetched. */
  readonly afterwards?: ((signal: AbortSignal) => Promise<unknown>) | undefined;
  /** Told whatever the record is told. */
  readonly onNotice?: ((notice: RefreshNotice) => void) | undefined;
  readonly signal: AbortSignal;
}

/** That the data cannot be kept new, and that it can again. */
export type RefreshNotice =
  { readonly kind: 'failed'; readonly code: string; readonly message: string } | { readonly kind: 'recovered' };

/** How often the record is told again of a failure that lasts. */
const tellAgainMs = 24 * 60 * 60 * 1000;

/**
 * Keeps the data of a running server new until the signal ends it. A source that cannot be asked is told on the record when
 * it begins, once a day while it lasts, and when it is over; what was known stays in force, and ages visibly.
 */
export async function refreshAdvisories(options: RefreshOptions): Promise<void> {
  const { everyMs, signal } = options;
  const teller = new FailureTeller(options);
  while (!isEnded(signal)) {
    await refreshOnce(options, teller);
    await setTimeout(timerMs(everyMs), undefined, { signal, ref: false }).catch(() => undefined); // the signal ends the loop
  }
}

async function refreshOnce(options: RefreshOptions, teller: FailureTeller): Promise<void> {
  const { afterwards, signal } = options;
  try {
    try {
      await bring(options);
    } finally {
      // Where nothing came, too: another process may have imported, and been killed before it did this.
      await afterwards?.(signal);
    }
    await teller.succeeded();
  } catch (error) {
    if (!isEnded(signal)) await teller.failed(error);
  }
}

async function bring({ advisories, url, signal }: RefreshOptions): Promise<void> {
  if (url === undefined) await advisories.reload(signal);
  else await advisories.update(url, { signal });
}

class FailureTeller {
  readonly #options: RefreshOptions;
  #toldAt: number | undefined;

  constructor(options: RefreshOptions) {
    this.#options = options;
  }

  async failed(error: unknown): Promise<void> {
    if (this.#toldAt !== undefined && Date.now() - this.#toldAt < tellAgainMs) return;
    this.#toldAt = Date.now();
    const { code, message } = toBelljarError(error);
    this.#options.onNotice?.({ kind: 'failed', code, message });
    await this.#append('advisories.update-failed', { code, message: message.slice(0, 500) });
  }

  async succeeded(): Promise<void> {
    if (this.#toldAt === undefined) return;
    this.#toldAt = undefined;
    this.#options.onNotice?.({ kind: 'recovered' });
    await this.#append('advisories.update-recovered', {});
  }

  /** A record that cannot be written must not end the refreshing: it is tried again with the next failure. */
  async #append(action: string, details: Record<string, string>): Promise<void> {
    const { record, url, advisories } = this.#options;
    const { asOf = null } = advisories.current;
    const subject = url === undefined ? null : nameSource(url);
    await record?.append({ action, subject, details: { ...details, asOf } }).catch(() => (this.#toldAt = undefined));
  }
}

/** A function, because the type of the property does not know that time passes. */
function isEnded(signal: AbortSignal): boolean {
  return signal.aborted;
}
