/** Imports a snapshot, and stands still in the middle of writing it. Usage: import-forever.ts DATABASE */
import { SnapshotBuilder } from '../../src/packages/advisories/snapshot.ts';
import { storeSnapshot } from '../../src/packages/advisories/store.ts';
import { type Database, openDatabase, type Transaction } from '../../src/storage/index.ts';

const [, , path = ''] = process.argv;
const database = await openDatabase({ path });
const builder = new SnapshotBuilder();
for (let index = 0; index < 5000; index++) {
  const affected = [
    { name: `package-${index}`, ranges: [[{ kind: 'introduced', version: '0' } as const]], versions: [] },
  ];
  builder.add({ id: `C-${index}`, aliases: [], modified: '2025-06-01T00:00:00.000Z', affected });
}
const snapshot = builder.finish();
const first = { ...snapshot, lines: new Map<string, string>() };

/** The database, whose transactions end nowhere after a few writes. */
const endless: Database = {
  read: (query, options) => database.read(query, options),
  iterate: (query, options) => database.iterate(query, options),
  write: (...queries) => database.write(...queries),
  close: () => database.close(),
  transaction: (work, options) => database.transaction((transaction) => work(stopAfter(transaction, 6)), options),
};
await storeSnapshot(endless, snapshot, { source: 'x', refused: 0, force: true, first });

function stopAfter(transaction: Transaction, writes: number): Transaction {
  let left = writes;
  return {
    read: (query, options) => transaction.read(query, options),
    write: async (...queries) => {
      const changed = await transaction.write(...queries);
      left--;
      if (left > 0) return changed;
      console.log('writing');
      return new Promise<number>(() => undefined);
    },
  };
}
