import { type Database, sql } from '../../storage/index.ts';

/** A change of the data by which nothing was judged again yet. */
export interface Unjudged {
  /** The projects on which something else is said now. */
  readonly names: ReadonlySet<string>;
  /** Says that all was judged again that the change is about. */
  settle(): Promise<void>;
}

type Reader = Pick<Database, 'read' | 'write'>;

/** What changed since the last state of the data that was settled: whoever was killed in between is made up for. */
export async function readUnjudged(database: Reader, signal?: AbortSignal): Promise<Unjudged | undefined> {
  const options = signal === undefined ? {} : { signal };
  const newest = sql`select number, judged_at as "judgedAt" from advisory_snapshots order by number desc limit 1`;
  const [row] = await database.read<{ number: number; judgedAt: string | null }>(newest, options);
  if (row === undefined || row.judgedAt !== null) return undefined;
  const { number } = row;
  const changed = sql`select distinct name from advisory_changes where snapshot <= ${number} and snapshot >
    (select coalesce(max(number), 0) from advisory_snapshots where judged_at is not null)`;
  const names = await database.read<{ name: string }>(changed, options);
  return {
    names: new Set(names.map(({ name }) => name)),
    settle: async () => {
      const now = new Date().toISOString();
      await database.write(sql`update advisory_snapshots set judged_at = ${now} where number = ${number}`);
    },
  };
}
