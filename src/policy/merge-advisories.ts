import { type AdvisoryFacts, severities, type Severity } from './facts.ts';

/** One vulnerability, by all its ids. */
export interface MergedAdvisory {
  /** Sorted; never empty. */
  readonly ids: readonly string[];
  /** The worst that any of them states; undefined where none states one. */
  readonly severity: Severity | undefined;
  /** Whether one of them states none: it could have stated a worse one. */
  readonly lacksSeverity: boolean;
  readonly isMalware: boolean;
  readonly summary: string | undefined;
}

/** Advisories that share an id or an alias, directly or by way of others, are one. Withdrawn ones do not count. */
export function mergeAdvisories(advisories: readonly AdvisoryFacts[]): MergedAdvisory[] {
  let groups: { ids: Set<string>; members: AdvisoryFacts[] }[] = [];
  for (const advisory of advisories) {
    if (advisory.withdrawn) continue;
    const ids = new Set([advisory.id, ...advisory.aliases].map((id) => id.toUpperCase()));
    const related = groups.filter((group) => !group.ids.isDisjointFrom(ids));
    groups = groups.filter((group) => !related.includes(group));
    const allIds = related.reduce((union, group) => union.union(group.ids), ids);
    groups.push({ ids: allIds, members: [...related.flatMap((group) => group.members), advisory] });
  }
  return groups.map(({ ids, members }) => merge(ids, members)).sort((one, other) => (idOf(one) < idOf(other) ? -1 : 1));
}

function merge(upperIds: ReadonlySet<string>, members: readonly AdvisoryFacts[]): MergedAdvisory {
  const spellings = new Map(
    members.flatMap(({ id, aliases }) => [id, ...aliases].map((each) => [each.toUpperCase(), each])),
  );
  const ranks = members.flatMap(({ severity }) => (severity === undefined ? [] : [severities.indexOf(severity)]));
  return {
    ids: [...upperIds].sort().map((id) => spellings.get(id) ?? id),
    severity: ranks.length === 0 ? undefined : severities[Math.max(...ranks)],
    lacksSeverity: ranks.length < members.length,
    isMalware: [...upperIds].some((id) => id.startsWith('MAL-')),
    summary: members.find(({ summary }) => summary !== undefined)?.summary,
  };
}

function idOf(advisory: MergedAdvisory): string {
  return advisory.ids[0] ?? '';
}
