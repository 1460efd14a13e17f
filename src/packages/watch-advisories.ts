import { BelljarError } from '../errors.ts';
import type { AuditRecord } from '../record/index.ts';
import { type Advisories, refreshAdvisories, type RefreshNotice, sourceVariable } from './advisories/index.ts';
import { alertLocks, type AlertOptions, describeAlert } from './plan/index.ts';

export interface WatchOptions extends Pick<AlertOptions, 'database' | 'currentPolicy'> {
  readonly advisories: Advisories;
  readonly record: AuditRecord;
  /** Where they are fetched from; undefined where nothing says it. */
  readonly source: string | undefined;
  readonly everyMs: number;
  /** Told, in plain words, what whoever runs this should know. */
  readonly onNotice?: ((notice: string) => void) | undefined;
}

/** Shorter, and it would ask more than it judges. */
const leastWaitMs = 60_000;

/**
 * Fetches advisories now and by a timer, and judges by what is new what was let in before, until what it returns is
 * disposed of.
 */
export function watchAdvisories({ source, everyMs, onNotice, ...parts }: WatchOptions): AsyncDisposable {
  const { advisories, record } = parts;
  const ending = new AbortController();
  if (source === undefined) onNotice?.(describeNoSource(advisories));
  const refreshing = refreshAdvisories({
    ...{ advisories, url: source, everyMs: Math.max(everyMs, leastWaitMs), record, signal: ending.signal },
    afterwards: async (signal) => {
      for (const alert of await alertLocks({ ...parts, signal })) onNotice?.(describeAlert(alert));
    },
    onNotice: (notice) => onNotice?.(describeNotice(notice, advisories)),
  });
  return {
    [Symbol.asyncDispose]: async () => {
      ending.abort(new BelljarError('CANCELLED', 'advisories are not watched any more'));
      await refreshing;
    },
  };
}

function describeNoSource({ current }: Advisories): string {
  return `advisories are not fetched, since nothing says from where: set ${sourceVariable}, or advisories.url in the settings; ${stay(current)}`;
}

function describeNotice(notice: RefreshNotice, { current }: Advisories): string {
  return notice.kind === 'recovered' ? 'advisories can be fetched again' : `${notice.message}; ${stay(current)}`;
}

function stay({ asOf }: Advisories['current']): string {
  return `those of ${asOf?.slice(0, 10) ?? 'no day'} stay in force`;
}
