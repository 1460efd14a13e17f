import { nearestAlike } from '../../nearest.ts';
import { normalizeName } from '../../policy/index.ts';
import { famousImports } from '../famous-imports.ts';
import type { UnreadSource } from '../resolve/index.ts';
import type { Obstacle, PlannedPackage } from './plan.ts';

interface ObstacleOptions {
  readonly message: string;
  readonly absent: readonly string[];
  readonly unread: readonly UnreadSource[];
  /** What would have been taken if there were no policy. */
  readonly packages: readonly PlannedPackage[];
}

/** Says what stands in the way of a wish: names that are none, or what the policy denies. */
export function explainObstacle({ message, absent, unread, packages }: ObstacleOptions): Obstacle {
  return {
    message: describe(absent) ?? describeUnread(unread) ?? message,
    unread,
    absent: absent.map((name) => ({ name, suggestion: suggest(name) })),
    denials: packages.filter(({ verdict }) => verdict === 'deny'),
  };
}

function describe(absent: readonly string[]): string | undefined {
  if (absent.length === 0) return undefined;
  return absent.length === 1
    ? `no index has a project “${absent[0]}”`
    : `no index has the projects ${absent.map((name) => `“${name}”`).join(', ')}`;
}

function describeUnread(unread: readonly UnreadSource[]): string | undefined {
  if (unread.length === 0) return undefined;
  const sources = unread.map(({ filename, message }) => `${filename}: ${message}`);
  return `there is no wheel for this Python and machine, and the source cannot be planned with: ${sources.join('; ')}`;
}

const mostMistakes = 2;

/** A suggestion for a person, and never taken by itself. */
function suggest(name: string): string | undefined {
  return nearestAlike(name, [...famousImports].map(normalizeName), mostMistakes);
}
