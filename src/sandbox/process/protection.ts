/**
 * What stands between code and the host, each by a name under which a proof can lift it: the same attack that fails
 * behind glass must succeed without the protection, or it proves nothing. Nothing but a proof lifts one.
 */
export const protections = [
  'system-call-filter',
  'network-namespace',
  'pid-namespace',
  'ipc-namespace',
  'uts-namespace',
  /** Lifted: the host's own files are seen, and written to where their modes let the uid inside. */
  'private-root',
  'read-only-root',
  'read-only-proc',
  /** Lifted: as root it stays root with all capabilities; as an ordinary user it is root of its user namespace. */
  'dropped-privileges',
  'empty-environment',
  'session-of-its-own',
  'memory-limit',
  'process-limit',
  'cpu-limit',
  'cpu-time-limit',
  /** Open files, size of a file, core dumps. */
  'resource-limits',
  'bounded-scratch',
  'covered-descriptors',
] as const;

export type Protection = (typeof protections)[number];
export type Lifted = ReadonlySet<Protection>;
