import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { affectedBy, osvRecord, writeDump, zipOf } from '../../test/advisories/dumps.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { parseDefaultPolicy } from '../policy/index.ts';
import { openHomeRecord } from '../record/index.ts';
import { openAdvisories } from './advisories/index.ts';
import { PlanStore } from './plan/index.ts';
import { watchAdvisories } from './watch-advisories.ts';

async function open(context: TestContext) {
  const { database, record, ...home } = await openHomeRecord(join(await temporaryFolder(context), 'home'));
  const advisories = await openAdvisories(database, { record });
  const notices = new EventEmitter();
  let watching: AsyncDisposable | undefined;
  context.after(async () => {
    await watching?.[Symbol.asyncDispose]();
    await home[Symbol.asyncDispose]();
  });
  return {
    ...{ advisories, record, plans: new PlanStore(database) },
    /** Resolves to the first thing that is told. */
    watch: async (source: string | undefined): Promise<string> => {
      const told = once(notices, 'told') as Promise<[string]>;
      const parts = { advisories, database, record, source, everyMs: 60_000, currentPolicy: parseDefaultPolicy };
      watching = watchAdvisories({ ...parts, onNotice: (notice) => notices.emit('told', notice) });
      const [notice] = await told;
      return notice;
    },
    end: () => watching?.[Symbol.asyncDispose](),
  };
}

async function serve(context: TestContext, status: number, body?: Buffer): Promise<string> {
  const server = createServer((_, response) => response.writeHead(status).end(body)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/all.zip`;
}

describe('watchAdvisories()', () => {
  it('fetches at once, and tells what became known against what was let in', async (context) => {
    const { watch, plans, record, advisories, end } = await open(context);
    const known = { name: 'dep', version: '1.0', requested: true, dependants: [], advisories: [] };
    await plans.keep({
      ...{ id: '1', time: new Date().toISOString(), workspace: null, lock: 'abc', verdict: 'ask', policyHash: 'p' },
      ...{ actor: { id: 'ada', kind: 'user' }, role: 'owner', requirements: [], facts: { packages: [known] } },
    });
    await advisories.import(await writeDump(context, [osvRecord('A-1')]), { force: true });
    const severity = { database_specific: { severity: 'CRITICAL' } };
    const dump = zipOf([osvRecord('PYSEC-1', { affected: [affectedBy('dep', '2.0')], ...severity })]);
    assert.match(await watch(await serve(context, 200, dump)), /dep 1\.0 \(deny: PYSEC-1\); lock abc is deny now/);
    assert.equal(advisories.current.find('dep', '1.0').length, 1);
    await end();
    const actions = (await record.tail({ limit: 5 })).map(({ action }) => action);
    assert.deepEqual(actions.slice(-2), ['advisories.updated', 'advisories.alert']);
  });

  it('says where the source cannot be asked, on the record too, and what stays in force', async (context) => {
    const { watch, record, end } = await open(context);
    const notice = await watch(await serve(context, 503));
    assert.match(notice, /cannot be fetched from .*: it answers 503; those of 2024-10-10 stay in force/);
    await end();
    assert.deepEqual(
      (await record.tail({ limit: 1 })).map(({ action }) => action),
      ['advisories.update-failed'],
    );
  });

  it('says where nothing names a source, and ends when it is asked to', async (context) => {
    const { watch, end } = await open(context);
    assert.match(await watch(undefined), /nothing says from where: set BELLJAR_ADVISORIES_URL/);
    await end();
  });
});
