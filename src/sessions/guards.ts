import type { Policy } from '../policy/index.ts';
import type { Wall, WallName } from '../sandbox/index.ts';

export type Guards = Policy['runtime']['guards'];

/** By these the runner is told; it forgets them before it runs what is not its own. */
const rulesVariable = 'BELLJAR_GUARDS';
const wallVariable = 'BELLJAR_WALL';

export interface LaunchGuards {
  readonly env: Readonly<Record<string, string>>;
  /** What the kernel can hold of it. */
  readonly wall?: Wall;
}

/** What a launch hands to the runner, so that code is refused what the policy's guards name. */
export function prepareGuards(guards: Guards | undefined): LaunchGuards {
  if (guards === undefined || !hasGuards(guards)) return { env: {} };
  const { exec, imports, sockets } = guards;
  const refused = listWalls(guards);
  return {
    env: { [rulesVariable]: JSON.stringify({ exec, imports, sockets }) },
    ...(refused.length > 0 && { wall: { refused, variable: wallVariable } }),
  };
}

/** The guards that the kernel holds: by system calls it can tell whether a program is started, but not which. */
export function listWalls({ exec, sockets }: Guards): WallName[] {
  return [...(exec.includes('*') ? (['programs'] as const) : []), ...sockets.map((kind) => `${kind}-sockets` as const)];
}

function hasGuards({ exec, imports, sockets }: Guards): boolean {
  return exec.length > 0 || imports.length > 0 || sockets.length > 0;
}
