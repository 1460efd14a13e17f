import { join } from 'node:path';

import { openDatabase } from '../../src/storage/index.ts';
import { describeDatabase } from './database-suite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { testMigrations } from './test-migrations.ts';

describeDatabase('SQLite', {
  open: async (context) => {
    const path = join(await temporaryFolder(context), 'test.sqlite');
    const database = await openDatabase({ path, migrations: testMigrations });
    context.after(() => database.close());
    return database;
  },
});
