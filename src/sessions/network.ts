import type { Duplex } from 'node:stream';

import type { Policy } from '../policy/index.ts';
import { type EgressOptions, EgressProxy } from '../sandbox/index.ts';
import type { JournalOrigin } from './journal.ts';
import { NetworkJournal } from './network-journal.ts';
import type { AuditRecord } from '../record/index.ts';

/** What differs from the product's own way out: bounds, and in tests the name server and where servers live. */
export type EgressSettings = Pick<EgressOptions, 'limits' | 'resolve' | 'exemptAddressesInTests'>;

export interface SessionNetworkOptions {
  readonly record: AuditRecord;
  readonly origin: JournalOrigin;
  readonly currentPolicy: () => { readonly policy: Policy; readonly hash: string };
  readonly settings: EgressSettings;
}

/** The way out of one session: what the policy in force opens, each connection on the record. */
export class SessionNetwork {
  readonly #proxy: EgressProxy;
  readonly #journal: NetworkJournal;

  constructor({ record, origin, currentPolicy, settings }: SessionNetworkOptions) {
    this.#journal = new NetworkJournal({
      append: (draft) => record.append({ ...origin, policyHash: currentPolicy().hash, ...draft }),
      // A connection is told at its end: where that cannot be put on the record, there are no further ones.
      onFailure: () => this.#proxy.close(),
    });
    this.#proxy = new EgressProxy({
      ...settings,
      rules: () => currentPolicy().policy.runtime.network.allow,
      onReport: (report) => this.#journal.add(report),
    });
  }

  accept(connection: Duplex): void {
    this.#proxy.accept(connection);
  }

  /** Ends what the policy in force no longer opens. */
  policyChanged(): void {
    this.#proxy.rulesChanged();
  }

  /** Ends everything at once; resolves when it is on the record. Never rejects. */
  async close(): Promise<void> {
    this.#proxy.close();
    await this.#journal.flush();
  }
}

export type NetworksParts = Omit<SessionNetworkOptions, 'origin'>;

/** The ways out that there are now. */
export class Networks {
  readonly #parts: NetworksParts;
  readonly #open = new Set<SessionNetwork>();

  constructor(parts: NetworksParts) {
    this.#parts = parts;
  }

  /** A way out that closes when what it is for has ended. */
  open(origin: JournalOrigin, ended: Promise<unknown>): SessionNetwork {
    const network = new SessionNetwork({ ...this.#parts, origin });
    this.#open.add(network);
    void ended.finally(() => {
      this.#open.delete(network);
      void network.close();
    });
    return network;
  }

  /** Has the policy in force hold for what is under way: connections that it no longer opens are ended. */
  policyChanged(): void {
    for (const network of this.#open) network.policyChanged();
  }
}
