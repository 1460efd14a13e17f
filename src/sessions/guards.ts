import type { Policy } from '../policy/index.ts';
import type { Wall, WallName } from '../sandbox/index.ts';

export type Guards = Policy['runtime']['guards'];

/** By these the runner is told; it forgets them before it runs what is not its own. */
const rulesVariable = 'BELLJAR_GUARDS';
const wallVariable = 'BELLJAR_WALL';
const wayOutVariable = 'BELLJAR_WALL_OUT';

export interface LaunchGuards {
  readonly env: Readonly<Record<string, string>>;
  /** What the kernel can hold of it, for each process of ours. */
  readonly walls?: readonly Wall[];
}

/** What a launch hands to the runner, so that code is refused what the policy's guards name. */
export function prepareGuards(guards: Guards | undefined, { hasWayOut }: { hasWayOut: boolean }): LaunchGuards {
  if (guards === undefined || !hasGuards(guards)) return { env: {} };
  const { exec, imports, sockets } = guards;
  const refused = listWalls(guards);
  return {
    env: { [rulesVariable]: JSON.stringify({ exec, imports, sockets }) },
    ...(refused.length > 0 && { walls: describeWalls(refused, hasWayOut) }),
  };
}

/** What leads to the way out is started before the rest, and goes on to need what leads there: a unix socket each time. */
function describeWalls(refused: readonly WallName[], hasWayOut: boolean): Wall[] {
  const wall = { refused, variable: wallVariable };
  if (!hasWayOut) return [wall];
  return [wall, { refused: refused.filter((name) => name !== 'unix-sockets'), variable: wayOutVariable }];
}

/** The guards that the kernel holds: by system calls it can tell whether a program is started, but not which. */
export function listWalls({ exec, sockets }: Guards): WallName[] {
  return [...(exec.includes('*') ? (['programs'] as const) : []), ...sockets.map((kind) => `${kind}-sockets` as const)];
}

function hasGuards({ exec, imports, sockets }: Guards): boolean {
  return exec.length > 0 || imports.length > 0 || sockets.length > 0;
}
