import { join } from 'node:path';

import { z } from 'zod';

import { refuseWhenCancelled } from '../../errors.ts';
import type { AuditRecord } from '../../record/index.ts';
import { type Database, type Transaction, sql } from '../../storage/index.ts';
import { forgetTheDead } from './holder.ts';
import { bytecodeFolder, environmentFolder, wheelsFolder } from './layout.ts';
import { measureShelf } from './measure.ts';
import { takeAway } from './move.ts';
import { type Occupant, type Removal, planCollection } from './plan-collection.ts';
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
}

/** Removes as much as has to go; what was leased or taken into use in between stays. */
export async function collect(parts: CollectParts, options: CollectOptions): Promise<Collected> {
  const { maxBytes, isDryRun = false, signal } = options;
  await forgetTheDead(parts.database);
  await parts.database.write(...forgetLeftovers());
  const usage = await measureShelf(parts.environments, signal);
  const planned = planCollection(usage, await readOccupants(parts.database), maxBytes);
  const removed = isDryRun ? planned : await removeAll(parts, planned, options);
  const freed = removed.reduce((sum, { bytes }) => sum + bytes, 0);
  return { beforeBytes: usage.totalBytes, afterBytes: usage.totalBytes - freed, removed };
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

const occupantSchema = z.object({
  key: z.string(),
  used: z.string().nullable(),
  pinned: z.number().nullable(),
  leases: z.number(),
});
const wheelSchema = z.object({ environment: z.string(), wheel: z.string(), build: z.string() });

/** Those that are whole, and those that are being built: what these draw from stays too. */
async function readOccupants(database: Database): Promise<Occupant[]> {
  const rows = await database.read(
    sql`select key, used, pinned,
        (select count(*) from environment_leases where environment_leases.environment = key) as leases
      from environments
      union all select environment, null, 1, 1 from environment_builders where state = ${'building'}`,
    { schema: occupantSchema },
  );
  const drawn = await database.read(sql`select environment, wheel, build from environment_wheels`, {
    schema: wheelSchema,
  });
  const of = Map.groupBy(drawn, ({ environment }) => environment);
  return rows.map(({ key, used, pinned, leases }) => ({
    key,
    used: used ?? '',
    stays: pinned === 1 || leases > 0,
    wheels: (of.get(key) ?? []).map(({ wheel }) => wheel),
    bytecode: (of.get(key) ?? []).map(({ wheel, build }) => `${build}/${wheel}`),
  }));
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
  const [sha256 = '', build] = name.split('/').reverse();
  const isOfBuild = build === undefined ? sql`true` : sql`build = ${build}`;
  const users = await transaction.read(sql`select 1 from environment_wheels where wheel = ${sha256} and ${isOfBuild}`);
  if (users.length > 0) return undefined;
  const store = build === undefined ? wheelsFolder(environments) : join(bytecodeFolder(environments), build);
  return takeAway(environments, join(store, sha256.slice(0, 2), sha256));
}

async function noteEvicted({ record }: CollectParts, { name, bytes }: Removal, origin?: Origin): Promise<void> {
  await record.append({
    action: 'environment.evicted',
    subject: `environment ${name}`,
    details: { bytes },
    ...origin,
  });
}
