import type { Policy } from '../../policy/index.ts';
import { suggestAmong, trustedNames } from '../names/index.ts';
import type { UnreadSource } from '../resolve/index.ts';
import type { Obstacle, PlannedPackage } from './plan.ts';

export interface ObstacleOptions {
  /** In the resolver's words. */
  readonly message: string;
  readonly absent: readonly string[];
  readonly unread: readonly UnreadSource[];
  /** What was asked for in versions that never were, each as a sentence. */
  readonly noVersions: readonly string[];
  /** Whether there would be a solution without the policy. */
  readonly isPolicys: boolean;
  /** What would have been taken if there were no policy. */
  readonly packages: readonly PlannedPackage[];
  readonly policy: Policy;
}

/** Says what stands in the way of a wish: names that are none, versions that never were, or what the policy denies. */
export function explainObstacle(options: ObstacleOptions): Obstacle {
  const { message, absent, unread, packages, policy } = options;
  const denials = packages.filter(({ verdict }) => verdict === 'deny');
  const trusted = trustedNames(policy);
  const unreadNames = [...new Set(unread.map(({ name }) => name))];
  return {
    ...describe(options, denials),
    ...(message === '' ? {} : { resolver: message }),
    absent: absent.map((name) => {
      const meant = suggestAmong(name, { trusted, exists: false });
      return { name, suggestion: meant?.suggestion, why: meant?.why };
    }),
    doubtful: unreadNames.flatMap((name) => {
      const meant = suggestAmong(name, { trusted, exists: true });
      return meant === undefined ? [] : [{ name, suggestion: meant.suggestion, why: meant.why }];
    }),
    unread,
    denials,
  };
}

function describe(
  { absent, unread, noVersions, isPolicys }: ObstacleOptions,
  denials: readonly PlannedPackage[],
): Pick<Obstacle, 'kind' | 'message'> {
  if (absent.length > 0) return { kind: 'absent', message: describeAbsent(absent) };
  if (isPolicys) return { kind: 'policy', message: describeDenials(denials) };
  if (unread.length > 0) return { kind: 'source', message: describeUnread(unread) };
  if (noVersions.length > 0) return { kind: 'no-version', message: noVersions.join('; ') };
  return { kind: 'conflict', message: 'no set of versions fits all that is asked for, whatever the policy says' };
}

function describeAbsent(absent: readonly string[]): string {
  return absent.length === 1
    ? `no index has a project “${absent[0]}”`
    : `no index has the projects ${absent.map((name) => `“${name}”`).join(', ')}`;
}

function describeUnread(unread: readonly UnreadSource[]): string {
  const sources = unread.map(({ filename, message }) => `${filename}: ${message}`);
  return `there is no wheel for this Python and machine, and the source cannot be planned with: ${sources.join('; ')}`;
}

const mostNamed = 3;

function describeDenials(denials: readonly PlannedPackage[]): string {
  if (denials.length === 0) return 'the policy leaves no solution';
  const named = denials.slice(0, mostNamed).map(({ name, version, reasons }) => {
    const rule = reasons.find(({ verdict }) => verdict === 'deny')?.rule;
    return `${name} ${version}${rule === undefined ? '' : ` (${rule})`}`;
  });
  const more = denials.length > mostNamed ? ` and ${denials.length - mostNamed} more` : '';
  return `the policy denies what it would need: ${named.join(', ')}${more}`;
}
