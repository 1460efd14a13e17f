import type { AuditRecord } from '../../record/index.ts';
import { type Database, sql, type Transaction } from '../../storage/index.ts';
import type { Verdict } from '../../words.ts';

/** What became known against a lock that was let in or asked about before. */
export interface AdvisoryAlert {
  /** The digest of the lock. */
  readonly lock: string;
  /** The newest plan that came to it. */
  readonly plan: string;
  readonly workspaces: readonly string[];
  readonly before: Verdict;
  readonly after: Verdict;
  readonly packages: readonly AlertedPackage[];
}

export interface AlertedPackage {
  readonly name: string;
  readonly version: string;
  readonly verdict: Verdict;
  /** The ids of what is new. */
  readonly advisories: readonly string[];
}

export interface AlertStoreOptions {
  readonly database: Database;
  readonly record: Pick<AuditRecord, 'appendWithin'>;
}

interface Grounds {
  readonly policyHash: string;
  readonly asOf: string | undefined;
}

/** An entry has its bounds; whoever wants all of it plans again. */
const mostPackages = 100;
const mostAdvisories = 20;
const longestSubject = 1000;
const mostNamed = 5;

/** What was told of locks: each advisory once for a package of a lock, whichever process finds it. */
export class AlertStore {
  readonly #options: AlertStoreOptions;

  constructor(options: AlertStoreOptions) {
    this.#options = options;
  }

  /** Puts on the record what was not told before; resolves to that, or undefined where there is no such thing. */
  tell(found: AdvisoryAlert, grounds: Grounds): Promise<AdvisoryAlert | undefined> {
    return this.#options.database.transaction(async (transaction) => {
      const packages: AlertedPackage[] = [];
      for (const each of found.packages) packages.push(...(await keepNew(transaction, found.lock, each)));
      if (packages.length === 0) return undefined;
      const alert = { ...found, packages };
      await this.#options.record.appendWithin(transaction, draftOf(alert, grounds));
      return alert;
    });
  }
}

async function keepNew(transaction: Transaction, lock: string, alerted: AlertedPackage): Promise<AlertedPackage[]> {
  const about = `${alerted.name} ${alerted.version}`;
  const time = new Date().toISOString();
  const advisories: string[] = [];
  for (const id of alerted.advisories) {
    const kept = await transaction.write(
      sql`insert into advisory_alerts (lock, about, advisory, time)
        values (${lock}, ${about}, ${`${alerted.verdict} ${id}`}, ${time}) on conflict do nothing`,
    );
    if (kept > 0) advisories.push(id);
  }
  return advisories.length === 0 ? [] : [{ ...alerted, advisories }];
}

function draftOf({ lock, plan, workspaces, before, after, packages }: AdvisoryAlert, { policyHash, asOf }: Grounds) {
  const [only, ...others] = workspaces;
  const subject = packages.map(({ name, version }) => `${name} ${version}`).join(', ');
  return {
    action: 'advisories.alert',
    subject: subject.slice(0, longestSubject),
    workspace: others.length === 0 ? (only ?? null) : null,
    ...{ verdict: after, policyHash },
    details: {
      ...{ lock, plan, before, asOf: asOf ?? null, affected: packages.length },
      workspaces: workspaces.slice(0, mostPackages),
      packages: packages.slice(0, mostPackages).map(({ name, version, verdict, advisories }) => {
        return { name, version, verdict, advisories: advisories.slice(0, mostAdvisories) };
      }),
    },
  };
}

/** An alert in one sentence, for people. */
export function describeAlert({ lock, after, packages }: AdvisoryAlert): string {
  const named = packages.slice(0, mostNamed).map(({ name, version, verdict, advisories }) => {
    return `${name} ${version} (${verdict}: ${advisories.slice(0, mostNamed).join(', ')})`;
  });
  const more = packages.length > mostNamed ? ` and ${packages.length - mostNamed} more` : '';
  return `new advisories on what was planned before: ${named.join(', ')}${more}; lock ${lock.slice(0, 16)} is ${after} now`;
}
