import { z } from 'zod';

import { type Database, sql } from '../../storage/index.ts';
import type { Occupant } from './plan-collection.ts';

const occupantSchema = z.object({
  key: z.string(),
  used: z.string().nullable(),
  pinned: z.number().nullable(),
  leases: z.number(),
  building: z.number(),
});
const wheelSchema = z.object({ environment: z.string(), wheel: z.string(), build: z.string() });

/** All that are there, and those that are being built: what these draw from stays too. */
export async function readOccupants(database: Database): Promise<Occupant[]> {
  const rows = await database.read(
    sql`select key, used, pinned,
        (select count(*) from environment_leases where environment_leases.environment = key) as leases, 0 as building
      from environments where key not in (select environment from environment_builders where state = ${'building'})
      union all select environment, null, 0, 0, 1 from environment_builders where state = ${'building'}`,
    { schema: occupantSchema },
  );
  const drawn = await database.read(sql`select environment, wheel, build from environment_wheels`, {
    schema: wheelSchema,
  });
  const of = Map.groupBy(drawn, ({ environment }) => environment);
  return rows.map(({ key, used, ...row }) => ({
    key,
    used: used ?? '',
    stays: whyStays(row),
    wheels: (of.get(key) ?? []).map(({ wheel }) => wheel),
    bytecode: (of.get(key) ?? []).map(({ wheel, build }) => `${build}/${wheel}`),
  }));
}

function whyStays({ building, leases, pinned }: Omit<z.output<typeof occupantSchema>, 'key' | 'used'>) {
  if (building > 0) return 'building';
  if (leases > 0) return 'leased';
  return pinned === 1 ? 'pinned' : undefined;
}

const builtWithSchema = z.object({ wheel: z.string() });

/** The sha256 of the wheels that are being built with now: whoever makes room elsewhere leaves them alone. */
export async function readWheelsOfBuilds(database: Database): Promise<ReadonlySet<string>> {
  const query = sql`select distinct wheel from environment_wheels
    where environment in (select environment from environment_builders where state = ${'building'})`;
  const rows = await database.read(query, { schema: builtWithSchema });
  return new Set(rows.map(({ wheel }) => wheel));
}
