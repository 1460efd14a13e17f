import { compareVersions, parseVersion } from '../../policy/index.ts';
import type { Refusal } from './refusal-book.ts';

/** What a person reads: the newest first, versions that are refused for the same reason on one line. */
export function formatRefusals(refusals: readonly Refusal[]): string {
  if (refusals.length === 0) return 'Nothing was refused.\n';
  return `${group(refusals).map(formatGroup).join('\n\n')}\n`;
}

function group(refusals: readonly Refusal[]): Refusal[][] {
  const groups = new Map<string, Refusal[]>();
  for (const refusal of refusals) {
    const { project, verdict, reasons, filename = '' } = refusal;
    const key = [project, verdict, filename, ...reasons.map(({ rule }) => rule)].join(' ');
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [refusal]);
    else members.push(refusal);
  }
  return [...groups.values()];
}

const words = { ask: 'somebody must agree first', deny: 'denied' } as const;

function formatGroup(members: readonly Refusal[]): string {
  const [first] = members;
  if (first === undefined) return '';
  const versions = members.flatMap(({ version }) => version ?? []).sort(compareTexts);
  const lines = first.reasons.map(({ rule, message }) => `  ${message} [${rule}]`);
  return [`${nameAll(first, versions)}: ${words[first.verdict]}`, ...lines].join('\n');
}

function nameAll({ project, filename }: Refusal, versions: readonly string[]): string {
  if (filename !== undefined) return filename;
  const [lowest, highest] = [versions[0], versions.at(-1)];
  if (lowest === undefined || highest === undefined) return project;
  if (versions.length === 1) return `${project} ${lowest}`;
  return `${project}, ${versions.length} versions from ${lowest} to ${highest}`;
}

function compareTexts(one: string, other: string): number {
  const [first, second] = [parseVersion(one), parseVersion(other)];
  return first === undefined || second === undefined ? one.localeCompare(other) : compareVersions(first, second);
}
