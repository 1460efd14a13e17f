import { refuseWhenCancelled } from '../../errors.ts';
import type { AuditRecord } from '../../record/index.ts';
import { type Database, type Transaction, sql } from '../../storage/index.ts';
import { keepMeasured } from './estimate.ts';
import { forgetTheDead } from './holder.ts';
import { environmentFolder } from './layout.ts';
import { measureShelf } from './measure.ts';
import { takeAway } from './move.ts';
import { readOccupants } from './occupants.ts';
import { type Kept, type Removal, planCollection } from './plan-collection.ts';
import { partsOf, placeOf } from './stored-part.ts';
import { removeTree } from '../assemble/remove-tree.ts';
import type { Origin } from './workshop.ts';

export interface CollectParts {
  readonly environments: string;
  readonly database: Database;
  readonly record: AuditRecord;
}

export interface CollectOptions {
  /** As much as may be left. */
  readonly maxBytes: number;
  /** Only says what would be removed. */
  readonly isDryRun?: boolean | undefined;
  readonly origin?: Origin | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Collected {
  readonly beforeBytes: number;
  readonly afterBytes: number;
  /** What was removed, or would be. */
  readonly removed: readonly Removal[];
  /** The environments that stay, and those that are being built. */
  readonly kept: readonly Kept[];
}

/** Removes as much as has to go; what was leased or taken into use in between stays. */
export async function collect(parts: CollectParts, options: CollectOptions): Promise<Collected> {
  const { maxBytes, isDryRun = false, signal } = options;
  await forgetTheDead(parts.database);
  await parts.database.write(...forgetLeftovers());
  const usage = await measureShelf(parts.environments, signal);
  const { removals, kept } = planCollection(usage, await readOccupants(parts.database), maxBytes);
  const removed = isDryRun ? removals : await removeAll(parts, removals, options);
  const freed = removed.reduce((sum, { bytes }) => sum + bytes, 0);
  const afterBytes = usage.totalBytes - freed;
  await keepMeasured(parts.environments, isDryRun ? usage.totalBytes : afterBytes);
  return { beforeBytes: usage.totalBytes, afterBytes, removed, kept: [...kept, ...findSpared(removals, removed)] };
}

/** What somebody took into use between the plan and its turn. */
function findSpared(planned: readonly Removal[], removed: readonly Removal[]): Kept[] {
  const spared = planned.filter((each) => each.kind === 'environment' && !removed.includes(each));
  return spared.map(({ name, bytes }) => ({ key: name, bytes, why: 'leased' }));
}

/** What says that wheels are in use, of builds that came to nothing; and why they did, once nobody can still ask. */
function forgetLeftovers() {
  const anHourAgo = new Date(Date.now() - 60 * 60 * 1000).toISOString();
  return [
    sql`delete from environment_builders where state = ${'failed'} and begun < ${anHourAgo}`,
    sql`delete from environment_wheels where environment not in (select key from environments)
      and environment not in (select environment from environment_builders where state = ${'building'})`,
  ];
}

async function removeAll(
  parts: CollectParts,
  planned: readonly Removal[],
  { origin, signal }: CollectOptions,
): Promise<Removal[]> {
  const removed: Removal[] = [];
  for (const removal of planned) {
    refuseWhenCancelled(signal);
    const away = await parts.database.transaction((transaction) => take(parts, removal, transaction));
    if (away === undefined) continue;
    if (removal.kind === 'environment') await noteEvicted(parts, removal, origin);
    await removeTree(away);
    removed.push(removal);
  }
  return removed;
}

/** Out of its place while nobody else can write: whoever leases or builds comes before, or does not find it any more. */
async function take(
  { environments }: CollectParts,
  { kind, name }: Removal,
  transaction: Transaction,
): Promise<string | undefined> {
  if (kind === 'environment') {
    const isLeased = sql`select 1 from environment_leases where environment = ${name}
      union all select 1 from environment_builders where environment = ${name} and state = ${'building'}`;
    if ((await transaction.read(isLeased)).length > 0) return undefined;
    const isGone = await transaction.write(sql`delete from environments where key = ${name} and pinned = ${0}`);
    if (isGone !== 1) return undefined;
    await transaction.write(sql`delete from environment_wheels where environment = ${name}`);
    return takeAway(environments, environmentFolder(environments, name));
  }
  const { sha256, isOfBuild } = partsOf(name);
  const users = await transaction.read(sql`select 1 from environment_wheels where wheel = ${sha256} and ${isOfBuild}`);
  return users.length > 0 ? undefined : takeAway(environments, placeOf(environments, name));
}

async function noteEvicted({ record }: CollectParts, { name, bytes }: Removal, origin?: Origin): Promise<void> {
  await record.append({
    action: 'environment.evicted',
    subject: `environment ${name}`,
    details: { bytes },
    ...origin,
  });
}
