import { readFileSync, readlinkSync } from 'node:fs';

/**
 * Names the living process that owns a group: its pid alone could have been given to another since, and counts in
 * its own pid namespace only.
 */
export function ownMark(): string {
  mark ??= `${pidNamespace()}-${process.pid}-${startTimeOf(readFileSync('/proc/self/stat', 'utf8'))}`;
  return mark;
}

let mark: string | undefined;

/** A name that was never used before, of all backends of this process: so a late kill meets nobody else. */
export function nextMark(): string {
  launches += 1;
  return `${ownMark()}-${launches}`;
}

let launches = 0;

/** Only who made a group in our own pid namespace can be asked whether they live; the others' are theirs to sweep. */
export function isAbandoned(group: string): boolean {
  const [namespace, pid, startTime] = /^(\d+)-(\d+)-(\d+)-\d+$/.exec(group)?.slice(1) ?? [];
  if (namespace !== pidNamespace() || pid === undefined) return false;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return startTimeOf(stat) !== startTime || isUnburied(stat);
  } catch {
    return true;
  }
}

function pidNamespace(): string {
  return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
}

/** Dead, and only waiting for its parent to look: in a container whose first process never does, for ever. */
function isUnburied(stat: string): boolean {
  return /^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
}

/** Field 22, counted behind the program's name, which may hold spaces and parentheses. */
function startTimeOf(stat: string): string {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
