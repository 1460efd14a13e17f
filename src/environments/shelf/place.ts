import { type Database, sql } from '../../storage/index.ts';
import type { BuiltTree } from './construct.ts';
import type { EnvironmentSpec } from './key.ts';
import { environmentFolder } from './layout.ts';
import { sealInto, takeAway } from './move.ts';
import { removeTree } from '../assemble/remove-tree.ts';
import { type ShelvedEnvironment, asEnvironments, selectEnvironments } from './rows.ts';

export interface Placing {
  readonly environments: string;
  readonly database: Database;
  /** Who gets the first lease. */
  readonly holder: string;
  readonly key: string;
  readonly attempt: string;
  readonly half: string;
}

/**
 * Moves a tree to its place and makes it known, leased, while nobody else can write: so it is there for all or for
 * nobody. Undefined where another has taken the building over.
 */
export async function placeTree(
  { environments, database, holder, key, attempt, half }: Placing,
  spec: EnvironmentSpec,
  tree: BuiltTree,
): Promise<ShelvedEnvironment | undefined> {
  const folder = environmentFolder(environments, key);
  const placed = await database.transaction(async (transaction) => {
    const isOurs = sql`delete from environment_builders where attempt = ${attempt} and state = ${'building'}`;
    if ((await transaction.write(isOurs)) !== 1) return {};
    // One that was not whole any more, or that nobody knows of. Where it is mounted it stays until we are gone.
    const away = await takeAway(environments, folder);
    const leased = sql`select 1 from environment_leases where environment = ${key}`;
    const isInUse = (await transaction.read(leased)).length > 0;
    await sealInto(half, folder);
    const wasPinned = sql`select 1 from environments where key = ${key} and pinned = ${1}`;
    const isPinned = (await transaction.read(wasPinned)).length > 0;
    await transaction.write(
      sql`delete from environments where key = ${key}`,
      insertEnvironment(key, spec, { ...tree, isPinned }),
      sql`insert into environment_leases (environment, holder) values (${key}, ${holder})
        on conflict (environment, holder) do nothing`,
    );
    const [found] = await transaction.read(selectEnvironments(sql`key = ${key}`), asEnvironments);
    return { found, away: isInUse ? undefined : away };
  });
  if (placed.away !== undefined) await removeTree(placed.away);
  return placed.found;
}

function insertEnvironment(key: string, spec: EnvironmentSpec, tree: BuiltTree & { readonly isPinned: boolean }) {
  const { lock, platform, namespace } = spec;
  const { executable, version, tag, build } = spec.python;
  const [python, installer] = [JSON.stringify({ executable, version, tag, build }), JSON.stringify(spec.installer)];
  const now = new Date().toISOString();
  return sql`insert into environments
      (key, lock, build, python, platform, installer, namespace, state, tree_digest, files, bytes, made, used, pinned)
    values (${key}, ${lock}, ${build}, ${python}, ${platform}, ${installer}, ${namespace}, ${'whole'},
      ${tree.treeDigest}, ${tree.files}, ${tree.bytes}, ${now}, ${now}, ${tree.isPinned ? 1 : 0})`;
}
