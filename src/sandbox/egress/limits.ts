/** What one sandbox may have of the proxy, and for how long. */
export interface EgressLimits {
  /** Connections from inside at once. */
  readonly connections: number;
  /** Bytes of one passage, each way. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Bytes of all passages together, both ways. */
  readonly bytesInAll: number;
  /** How long somebody inside may take to say where to go, and what TLS begins with. */
  readonly helloMs: number;
  readonly resolveMs: number;
  readonly dialMs: number;
  /** How long nothing may go either way. */
  readonly idleMs: number;
  /** How long one passage may last. */
  readonly passageMs: number;
}

const mebibyte = 1024 * 1024;

export const defaultEgressLimits: EgressLimits = {
  connections: 64,
  bytesUp: 256 * mebibyte,
  bytesDown: 2048 * mebibyte,
  bytesInAll: 8192 * mebibyte,
  helloMs: 10_000,
  resolveMs: 5000,
  dialMs: 10_000,
  idleMs: 120_000,
  passageMs: 3_600_000,
};

/** The largest head of a request, and the largest beginning of TLS. */
export const maxHeadBytes = 32 * 1024;
