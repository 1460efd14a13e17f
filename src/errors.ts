/**
 * The one error class and the one table. What untrusted code does (fails, is killed, times out) is a value and never
 * passes through here.
 */

interface ErrorRow {
  /** HTTP status of the problem+json answer. */
  readonly http: number;
  /** Exit code of the command line. */
  readonly exit: number;
  /** JSON-RPC error number. */
  readonly rpc: number;
  /** What the code means, one sentence; docs/errors.md repeats it. */
  readonly meaning: string;
  /** What to do where the thrower knows nothing better. */
  readonly hint: string;
}

export const errorTable = {
  USAGE: {
    http: 400,
    exit: 2,
    rpc: -32602,
    meaning: 'The call or command line is not one Belljar knows.',
    hint: 'Run the command with --help.',
  },
  INPUT_UNREADABLE: {
    http: 400,
    exit: 66,
    rpc: -32010,
    meaning: 'A file that was named cannot be read.',
    hint: 'Check the path and its permissions.',
  },
  OUTPUT_UNWRITABLE: {
    http: 500,
    exit: 73,
    rpc: -32012,
    meaning: 'A file that was to be written cannot be written.',
    hint: 'Check the path, its permissions and the free space.',
  },
  NOTEBOOK_INVALID: {
    http: 422,
    exit: 65,
    rpc: -32013,
    meaning: 'A file is no notebook that can be run.',
    hint: 'Open it in Jupyter and save it again.',
  },
  HOME_UNUSABLE: {
    http: 500,
    exit: 78,
    rpc: -32011,
    meaning:
      'The folder that keeps everything (BELLJAR_HOME) cannot be made, read or written, or others can write to it.',
    hint: 'Set BELLJAR_HOME to a folder that you own and that has free space.',
  },
  POLICY_INVALID: {
    http: 422,
    exit: 78,
    rpc: -32020,
    meaning: 'The policy file does not follow its schema.',
    hint: 'Mend the lines that are named; `belljar policy check` shows them all.',
  },
  SETTINGS_INVALID: {
    http: 500,
    exit: 78,
    rpc: -32028,
    meaning: 'The settings of this installation cannot be used.',
    hint: 'Mend the lines that are named; docs/settings.md tells what can stand there.',
  },
  POLICY_DENIED: {
    http: 403,
    exit: 77,
    rpc: -32021,
    meaning: 'The policy says no.',
    hint: 'Ask the owner of the policy; the reasons name the rule.',
  },
  STORAGE_LOCKED: {
    http: 503,
    exit: 75,
    rpc: -32030,
    meaning: 'Another process kept the database locked for longer than we wait.',
    hint: 'Try again; if it lasts, look for a stuck process that has the database open.',
  },
  STORAGE_FULL: {
    http: 507,
    exit: 74,
    rpc: -32031,
    meaning:
      'There is no space left on the disk that holds BELLJAR_HOME; nothing half-made is left, and nothing was lost.',
    hint: 'Make room on that disk, for example with `belljar env gc --max-bytes 0 --max-cache-bytes 0`, then try again.',
  },
  STORAGE_CORRUPT: {
    http: 500,
    exit: 74,
    rpc: -32032,
    meaning: 'The database file is damaged or is no database.',
    hint: 'Keep the file, restore a backup beside it; Belljar does not write to a damaged database.',
  },
  STORAGE_TOO_NEW: {
    http: 500,
    exit: 78,
    rpc: -32033,
    meaning: 'The database was written by a newer Belljar.',
    hint: 'Use the newer Belljar, or another BELLJAR_HOME.',
  },
  STORAGE_FAILED: {
    http: 500,
    exit: 74,
    rpc: -32034,
    meaning: 'The database refused an operation.',
    hint: 'The cause is in the details; check the disk and the permissions of BELLJAR_HOME.',
  },
  RECORD_INVALID: {
    http: 500,
    exit: 65,
    rpc: -32040,
    meaning: 'The record, a checkpoint or an exported record does not have the form it must have.',
    hint: 'Run `belljar audit verify`, and compare with a checkpoint that was kept elsewhere.',
  },
  KEY_UNUSABLE: {
    http: 500,
    exit: 78,
    rpc: -32041,
    meaning: 'A signing key cannot be read or made, or others than its owner can get at it.',
    hint: 'Check the owner and the mode of the keys folder: 0700, and 0600 for the private key.',
  },
  SANDBOX_UNAVAILABLE: {
    http: 503,
    exit: 125,
    rpc: -32050,
    meaning: 'This machine has no backend that can make a sandbox.',
    hint: 'Run `belljar doctor`: it names what is missing and how to get it.',
  },
  SANDBOX_CAPABILITY_MISSING: {
    http: 503,
    exit: 125,
    rpc: -32051,
    meaning: 'This machine cannot enforce something that the launch requires.',
    hint: 'Run `belljar doctor`: it names each capability, why it is missing and the remedy.',
  },
  SANDBOX_LAUNCH_FAILED: {
    http: 500,
    exit: 125,
    rpc: -32052,
    meaning: 'The sandbox could not be started.',
    hint: 'The details hold what the backend said; `belljar doctor` checks the machine.',
  },
  WORKSPACE_UNUSABLE: {
    http: 503,
    exit: 125,
    rpc: -32054,
    meaning: 'The files of a workspace cannot be shown: damaged, over their bound, in use, or without space.',
    hint: 'The details name the reason; nothing was changed.',
  },
  WORKSPACE_MISSING: {
    http: 404,
    exit: 66,
    rpc: -32124,
    meaning: 'There is no workspace of that name: nothing was ever declared for it, and it has no files.',
    hint: 'Check the name; `belljar workspace list` prints those that are here.',
  },
  WORKSPACE_EXISTS: {
    http: 409,
    exit: 73,
    rpc: -32122,
    meaning: 'There is a workspace of that name already; nothing of it was changed.',
    hint: 'Give what is imported another name with --as.',
  },
  SETUP_FAILED: {
    http: 500,
    exit: 125,
    rpc: -32055,
    meaning: 'A step of setting the machine up failed; those before it are done.',
    hint: 'Mend what it says and run it again.',
  },
  PYTHON_NOT_FOUND: {
    http: 503,
    exit: 125,
    rpc: -32053,
    meaning: 'No CPython of version 3.9 or newer was found.',
    hint: 'Install python3, or name one with --python or BELLJAR_PYTHON.',
  },
  CALL_FAILED: {
    http: 422,
    exit: 1,
    rpc: -32061,
    meaning: 'The code of a call raised, was ended, or came to no value that JSON can hold.',
    hint: 'The message is the code’s own; `details.outcome` says how it ended.',
  },
  RUNNER_REFUSED: {
    http: 422,
    exit: 1,
    rpc: -32062,
    meaning: 'What runs inside the sandbox could not do what it was asked.',
    hint: 'The message says why; it comes from inside the sandbox and is as trustworthy as what runs there.',
  },
  ADDRESS_UNUSABLE: {
    http: 500,
    exit: 69,
    rpc: -32080,
    meaning: 'A server cannot listen at the address that it was given.',
    hint: 'Another program may have the port: choose another one, or 0 for any that is free.',
  },
  INDEX_UNAVAILABLE: {
    http: 502,
    exit: 69,
    rpc: -32071,
    meaning: 'A package index cannot be asked, or what it answers is no answer.',
    hint: 'Check the network, and which index pip is configured with: `pip config list`.',
  },
  ARTIFACT_MISMATCH: {
    http: 502,
    exit: 65,
    rpc: -32072,
    meaning: 'A file that an index sent is not the one it promised; nothing of it was kept.',
    hint: 'Try again; if it lasts, the index or something before it is broken or lies.',
  },
  ARTIFACT_UNKEPT: {
    http: 507,
    exit: 74,
    rpc: -32073,
    meaning: 'What an index sent cannot be kept on the disk; nothing of it is left.',
    hint: 'Check the disk that holds BELLJAR_HOME, and its permissions, then try again.',
  },
  WISH_INVALID: {
    http: 422,
    exit: 65,
    rpc: -32076,
    meaning: 'What is asked for is not a list of names and versions alone.',
    hint: 'Mend the lines that are named; docs/wish.md says what is read.',
  },
  NO_SOLUTION: {
    http: 422,
    exit: 65,
    rpc: -32123,
    meaning: 'What is asked for cannot be had, whatever the policy says: no such project or version, or none that fit.',
    hint: 'Check the names and the versions that are asked for; `belljar plan` shows what stands in the way.',
  },
  APPROVAL_NEEDED: {
    http: 403,
    exit: 76,
    rpc: -32110,
    meaning: 'The policy wants an approver to agree to what comes in, and nobody has, or not any more.',
    hint: 'Ask with `belljar plan … --ask WHY`; approvers answer with `belljar approvals approve`.',
  },
  CONFIRMATION_NEEDED: {
    http: 409,
    exit: 76,
    rpc: -32111,
    meaning: 'Something would come in, and nobody said yes to it.',
    hint: 'Say --yes, or run it at a terminal, where you are asked.',
  },
  APPROVAL_NOT_OPEN: {
    http: 409,
    exit: 65,
    rpc: -32077,
    meaning: 'There is no such question for an approver, or it was answered, or its time is over.',
    hint: 'List them with `belljar approvals list`; ask again where the time is over.',
  },
  LOCK_UNKNOWN: {
    http: 404,
    exit: 66,
    rpc: -32112,
    meaning: 'No plan of this installation came to that lock.',
    hint: 'Plan what is wanted first; a lock is kept as long as its plans are.',
  },
  LOCK_UNUSABLE: {
    http: 422,
    exit: 65,
    rpc: -32121,
    meaning: 'A lock from elsewhere cannot be had here: other files, another Python, or something that it lacks.',
    hint: 'The message names what does not fit; plan its requirements anew where other versions will do.',
  },
  UV_UNAVAILABLE: {
    http: 503,
    exit: 69,
    rpc: -32074,
    meaning: 'The program that resolves and installs packages cannot be had here.',
    hint: 'It is fetched once from the configured index: check that the index can be reached and has it.',
  },
  RESOLVE_FAILED: {
    http: 500,
    exit: 70,
    rpc: -32075,
    meaning: 'Finding the versions that a wish means came to no end that can be used.',
    hint: 'Try again; if it lasts, the details hold what the resolver said.',
  },
  ENVIRONMENT_MISSING: {
    http: 404,
    exit: 69,
    rpc: -32100,
    meaning: 'There is no environment of that key, it is not whole any more, or its Python is gone.',
    hint: 'Build it again from its lock; it is kept until room is needed, unless it is pinned.',
  },
  BUILD_FAILED: {
    http: 500,
    exit: 70,
    rpc: -32101,
    meaning: 'An environment could not be built; nothing of it is left.',
    hint: 'The message says what failed; what was there before is as it was.',
  },
  BUILD_LIMIT: {
    http: 422,
    exit: 77,
    rpc: -32103,
    meaning: 'Building an environment took more than the policy lets it; nothing of it is left.',
    hint: 'The message names the limit: whoever owns the policy can raise it under `packages`, or leave the package out.',
  },
  STILL_BUILDING: {
    http: 503,
    exit: 75,
    rpc: -32104,
    meaning: 'An environment is not ready by the deadline of its caller; it is being built all the same.',
    hint: 'Ask for it again in a moment: what is built by then is there.',
  },
  PACKAGES_COLLIDE: {
    http: 409,
    exit: 65,
    rpc: -32102,
    meaning: 'Two packages bring one file with different content, so that they cannot be in one environment.',
    hint: 'Leave one of the two out: the details name them and the file.',
  },
  ADVISORIES_UNUSABLE: {
    http: 422,
    exit: 65,
    rpc: -32090,
    meaning: 'What was to be imported is no dump of advisories, or older or smaller than what is there.',
    hint: 'Import the dump that OSV publishes for PyPI: a ZIP file or a folder with one JSON file for each record.',
  },
  ADVISORIES_UNAVAILABLE: {
    http: 503,
    exit: 69,
    rpc: -32091,
    meaning: 'New advisories cannot be fetched; those that are here stay in force.',
    hint: 'Try again later, or fetch the dump by hand and run `belljar advisories import FILE`.',
  },
  WHEEL_REFUSED: {
    http: 422,
    exit: 65,
    rpc: -32078,
    meaning: 'A wheel is not what wheels must be, so nothing of it is unpacked.',
    hint: 'docs/inspection.md tells what the rule means; choose another version of the package.',
  },
  ENVIRONMENT_UNKEPT: {
    http: 507,
    exit: 74,
    rpc: -32079,
    meaning: 'What an environment is made of cannot be kept on the disk; nothing half-made is left.',
    hint: 'Check the disk that holds BELLJAR_HOME, and its permissions, then try again.',
  },
  FILE_NOT_FOUND: {
    http: 404,
    exit: 66,
    rpc: -32063,
    meaning: 'The workspace has no file or folder of that name.',
    hint: 'List its folder; names are compared letter by letter.',
  },
  FILE_REFUSED: {
    http: 409,
    exit: 73,
    rpc: -32064,
    meaning: 'What was asked of a file of the workspace cannot be done with what is there.',
    hint: '`details.why` says whether its kind, its permissions, its size or a change meanwhile stands in the way.',
  },
  BUNDLE_INVALID: {
    http: 422,
    exit: 65,
    rpc: -32120,
    meaning: 'A bundle is cut, damaged, or says of itself what does not hold; nothing of it was taken.',
    hint: 'Export it again, and compare the sha256 of the file with that of where it came from.',
  },
  SESSION_CLOSED: {
    http: 409,
    exit: 125,
    rpc: -32060,
    meaning: 'The session has ended and takes no more runs.',
    hint: 'Open a new session.',
  },
  SESSIONS_EXHAUSTED: {
    http: 429,
    exit: 75,
    rpc: -32065,
    meaning: 'There are as many sessions as there may be at once, in all or of one workspace.',
    hint: 'Close a session that is no longer needed, or try again when one has ended.',
  },
  CANCELLED: {
    http: 499,
    exit: 130,
    rpc: -32800,
    meaning: 'The caller cancelled the operation.',
    hint: 'Start it again when you want it.',
  },
  INTERNAL: {
    http: 500,
    exit: 125,
    rpc: -32603,
    meaning: 'Belljar itself failed; this is a defect.',
    hint: 'Report it with the correlation id and the output of `belljar doctor --json`.',
  },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errorTable;

export interface BelljarErrorOptions {
  /** What to do, in one sentence; the table's own hint where left out. */
  readonly hint?: string;
  /** Facts for a program: JSON values only, never a secret. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
  readonly correlationId?: string;
}

/**
 * Every failure that leaves Belljar.
 *
 * @example
 * throw new BelljarError('POLICY_DENIED', 'numpy 1.0 is denied by packages.deny[2]', { details: { rule: 'packages.deny[2]' } });
 */
export class BelljarError extends Error {
  override readonly name = 'BelljarError';
  readonly code: ErrorCode;
  readonly hint: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly correlationId: string | undefined;

  constructor(code: ErrorCode, message: string, options: BelljarErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint ?? errorTable[code].hint;
    this.details = options.details ?? {};
    this.correlationId = options.correlationId;
  }

  get exitCode(): number {
    return errorTable[this.code].exit;
  }

  get httpStatus(): number {
    return errorTable[this.code].http;
  }

  toJSON(): Record<string, unknown> {
    const { code, message, hint, details, correlationId } = this;
    return { code, message, hint, details, ...(correlationId === undefined ? {} : { correlationId }) };
  }
}

/** The error of an operation that its caller gave up. */
export function cancelled(signal: AbortSignal): BelljarError {
  const reason: unknown = signal.reason;
  return reason instanceof BelljarError ? reason : new BelljarError('CANCELLED', 'cancelled', { cause: reason });
}

/** @throws CANCELLED where the signal says so. */
export function refuseWhenCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw cancelled(signal);
}

/** Wraps whatever was thrown, so that a face has one shape to print. */
export function toBelljarError(thrown: unknown): BelljarError {
  if (thrown instanceof BelljarError) return thrown;
  if (thrown instanceof Error && thrown.name === 'AbortError') {
    return new BelljarError('CANCELLED', 'cancelled', { cause: thrown });
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new BelljarError('INTERNAL', `unexpected failure: ${message}`, { cause: thrown });
}
