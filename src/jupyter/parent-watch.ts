export interface ParentWatchOptions {
  /** The process that asked for the kernel; undefined where none wants to be watched. */
  readonly parent: number | undefined;
  readonly onGone: () => void;
  readonly everyMs?: number;
  readonly currentParent?: () => number;
}

/**
 * Watches for the end of the client: a kernel whose client was killed is nobody's. Where the client started us itself, another
 * parent says that it is gone, even if its number is given to another process meanwhile.
 */
export function watchParent(options: ParentWatchOptions): Disposable {
  const { parent, onGone, everyMs = 1000, currentParent = () => process.ppid } = options;
  if (parent === undefined) return { [Symbol.dispose]: () => undefined };
  const isOwnParent = currentParent() === parent;
  const timer = setInterval(() => {
    if (isOwnParent ? currentParent() === parent : isAlive(parent)) return;
    clearInterval(timer);
    onGone();
  }, everyMs).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** Jupyter names itself in JPY_PARENT_PID, unless the kernel is to outlive it. */
export function readParent({ JPY_PARENT_PID: text = '' }: NodeJS.ProcessEnv): number | undefined {
  return /^[1-9]\d{0,9}$/.test(text) && text !== '1' ? Number(text) : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
