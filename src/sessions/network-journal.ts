import type { Draft } from '../record/index.ts';
import type { PassageReport } from '../sandbox/index.ts';

export interface NetworkJournalOptions {
  readonly append: (draft: Draft) => Promise<unknown>;
  /** Told once, when something could not be put on the record. */
  readonly onFailure: () => void;
  readonly windowMs?: number;
}

/** How much of a window is told one by one; what comes more often is counted. */
const singlesPerWindow = { allow: 100, deny: 32 };
const maxTallies = 64;
const defaultWindowMs = 10_000;

interface Tally {
  readonly report: PassageReport;
  connections: number;
  bytesUp: number;
  bytesDown: number;
  ms: number;
}

/**
 * Puts what went out, and what was refused, on the record: each connection has its entry, but a flood is told by counts,
 * so that nobody inside can fill the record or the memory.
 */
export class NetworkJournal {
  readonly #options: NetworkJournalOptions;
  readonly #seen = new Set<string>();
  readonly #tallies = new Map<string, Tally>();
  readonly #writing = new Set<Promise<unknown>>();
  #singles = { allow: 0, deny: 0 };
  #window: NodeJS.Timeout | undefined;
  #hasFailed = false;

  constructor(options: NetworkJournalOptions) {
    this.#options = options;
  }

  add(report: PassageReport): void {
    this.#window ??= setTimeout(() => this.#endWindow(), this.#options.windowMs ?? defaultWindowMs).unref();
    const { verdict, protocol, target, rule, end } = report;
    const key = JSON.stringify([verdict, protocol, target, rule, end]);
    // A denial that was told once is only counted from then on.
    const isNews = verdict === 'allow' || !this.#seen.has(key);
    if (isNews && this.#singles[verdict] < singlesPerWindow[verdict]) {
      this.#singles[verdict] += 1;
      this.#seen.add(key);
      this.#write(tallyOf(report));
    } else this.#count(key, report);
  }

  /** Writes what was counted; resolves when all is on the record, or could not be put there. */
  async flush(): Promise<void> {
    this.#endWindow();
    await Promise.allSettled(this.#writing);
  }

  #count(key: string, report: PassageReport): void {
    const isRoom = this.#tallies.has(key) || this.#tallies.size < maxTallies;
    const group = isRoom ? key : `others ${report.verdict}`;
    const tally = this.#tallies.get(group);
    if (tally === undefined) {
      this.#tallies.set(group, tallyOf(isRoom ? report : anonymous(report)));
      return;
    }
    tally.connections += 1;
    tally.bytesUp += report.bytesUp;
    tally.bytesDown += report.bytesDown;
    tally.ms = Math.max(tally.ms, report.ms);
  }

  #endWindow(): void {
    clearTimeout(this.#window);
    this.#window = undefined;
    const tallies = [...this.#tallies.values()];
    this.#tallies.clear();
    this.#seen.clear();
    this.#singles = { allow: 0, deny: 0 };
    for (const tally of tallies) this.#write(tally);
  }

  #write({ report, ...sums }: Tally): void {
    const { verdict, target, protocol, host, port, address, rule, end, why } = report;
    const writing = this.#options
      .append({
        action: verdict === 'allow' ? 'network.connect' : 'network.deny',
        subject: target === '' ? null : target,
        verdict,
        details: { protocol, host, port, address, rule, end, why, ...sums },
      })
      .catch(() => {
        if (!this.#hasFailed) this.#options.onFailure();
        this.#hasFailed = true;
      });
    this.#writing.add(writing);
    void writing.finally(() => this.#writing.delete(writing));
  }
}

function tallyOf(report: PassageReport): Tally {
  const { bytesUp, bytesDown, ms } = report;
  return { report, connections: 1, bytesUp, bytesDown, ms };
}

function anonymous(report: PassageReport): PassageReport {
  const nobody = { target: '', host: null, port: null, address: null, rule: null } as const;
  return { ...report, ...nobody, why: 'to more places than are told apart' };
}
