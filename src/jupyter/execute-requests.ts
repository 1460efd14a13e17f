import { createHmac, type Hmac, timingSafeEqual } from 'node:crypto';

import { z } from 'zod';

import { ZmtpReader } from './zmtp-reader.ts';

export interface SignedBy {
  readonly key: string;
  readonly signatureScheme: string;
}

/** What follows the delimiter: the signature, and what it is of; buffers come after and are not signed. */
const parts = ['signature', 'header', 'parent', 'metadata', 'content'] as const;
const delimiter = '<IDS|MSG>';

const maxKeptBytes = 64 * 1024;
const headerSchema = z.object({ msg_type: z.literal('execute_request') });

/**
 * Calls back for each cell that a client asks for, in the bytes of one of its connections. Code in the kernel has the
 * client send much (answers to heartbeats and comms, connections made anew), but none of these; and whoever has no key
 * can sign none.
 */
export function watchExecuteRequests(signedBy: SignedBy, onRequest: () => void): (bytes: Buffer) => void {
  let message = new Message(signedBy);
  const reader = new ZmtpReader({
    onBytes: (bytes) => message.take(bytes),
    onPart: (isLast) => {
      message.endPart();
      if (!isLast) return;
      if (message.isExecuteRequest()) onRequest();
      message = new Message(signedBy);
    },
  });
  return (bytes) => reader.take(bytes);
}

/** One message: of its parts only what says what it is is kept. */
class Message {
  readonly #hmac: Hmac | undefined;
  readonly #isSigned: boolean;
  #part = -1;
  #kept: Buffer = Buffer.alloc(0);
  #signature = '';
  #header = '';

  constructor({ key, signatureScheme }: SignedBy) {
    this.#isSigned = key !== '';
    this.#hmac = this.#isSigned ? startHmac(signatureScheme, key) : undefined;
  }

  take(bytes: Buffer): void {
    if (this.#part > 0 && this.#part < parts.length) this.#hmac?.update(bytes);
    if (this.#part <= 1 && this.#kept.length + bytes.length <= maxKeptBytes) {
      this.#kept = Buffer.concat([this.#kept, bytes]);
    }
  }

  endPart(): void {
    const text = this.#kept.toString('utf8');
    this.#kept = Buffer.alloc(0);
    if (this.#part === -1 && text !== delimiter) return; // who it is for
    if (this.#part === 0) this.#signature = text;
    if (this.#part === 1) this.#header = text;
    this.#part += 1;
  }

  isExecuteRequest(): boolean {
    return this.#part >= parts.length && headerSchema.safeParse(parseJson(this.#header)).success && this.#isGenuine();
  }

  #isGenuine(): boolean {
    if (!this.#isSigned) return true;
    const right = Buffer.from(this.#hmac?.digest('hex') ?? '');
    const given = Buffer.from(this.#signature);
    return right.length > 0 && right.length === given.length && timingSafeEqual(right, given);
  }
}

/** Undefined for a scheme that is none: then nothing is genuine. */
function startHmac(scheme: string, key: string): Hmac | undefined {
  try {
    return createHmac(scheme.replace(/^hmac-/, ''), key);
  } catch {
    return undefined;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
