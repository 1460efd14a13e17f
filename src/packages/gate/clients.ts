import { hash, randomBytes } from 'node:crypto';

import { RefusalBook } from './refusal-book.ts';
import type { ViewName } from './view.ts';

/** Who may ask, and what they see. The token itself is nowhere kept. */
export interface ClientEntry {
  readonly id: string;
  readonly tokenHash: string;
  readonly view: ViewName;
  /** Whether it is shown what was refused to others. */
  readonly seesAll?: boolean | undefined;
}

export interface Client extends ClientEntry {
  readonly refusals: RefusalBook;
  /** How long its pages are taken for fresh without asking again. */
  readonly pageFreshS: number;
}

/** Long enough that nobody guesses it, so one hash of it is enough. */
const tokenBytes = 32;
export const leastTokenLength = 20;

export function makeToken(): string {
  return randomBytes(tokenBytes).toString('base64url');
}

export function hashToken(token: string): string {
  return hash('sha256', token);
}

/** The clients of a gate, by the hashes of their tokens. */
export class Clients {
  readonly #byHash = new Map<string, Client>();

  admit(entry: ClientEntry, { pageFreshS = 0 } = {}): Client {
    const known = this.#byHash.get(entry.tokenHash);
    if (known?.id === entry.id && known.view === entry.view) return known;
    const client = { ...entry, refusals: new RefusalBook(), pageFreshS };
    this.#byHash.set(entry.tokenHash, client);
    return client;
  }

  dismiss(tokenHash: string): void {
    this.#byHash.delete(tokenHash);
  }

  find(token: string): Client | undefined {
    return this.#byHash.get(hashToken(token));
  }

  all(): Client[] {
    return [...this.#byHash.values()];
  }
}

/** The token of basic authentication, as whichever half of it pip, uv or poetry was given it. */
export function tokensOfBasic(header: string | undefined): string[] {
  const [, encoded] = /^basic[ ]+([A-Za-z0-9+/=_-]{1,1000})$/i.exec(header ?? '') ?? [];
  if (encoded === undefined) return [];
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  return [text.slice(colon + 1), colon === -1 ? '' : text.slice(0, colon)].filter((each) => each !== '');
}
