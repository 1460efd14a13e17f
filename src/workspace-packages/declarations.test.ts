import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { type HomeRecord, openHomeRecord } from '../record/index.ts';
import type { Declaration, DeclaredState } from './declaration.ts';
import { Declarations } from './declarations.ts';

const actor = { id: 'ada', kind: 'user', role: 'owner' } as const;
const policyHash = 'e'.repeat(64);
const start = Date.parse('2026-03-01T00:00:00.000Z');

interface House extends HomeRecord {
  readonly declarations: Declarations;
  readonly attach: (workspace: string, state: DeclaredState, before?: Declaration) => Promise<Declaration | undefined>;
}

async function open(context: TestContext): Promise<House> {
  const opened = await openHomeRecord(join(await temporaryFolder(context), 'home'));
  context.after(() => opened[Symbol.asyncDispose]());
  let minutes = 0;
  const declarations = new Declarations({ ...opened, now: () => new Date(start + ++minutes * 60_000) });
  const attach: House['attach'] = (workspace, state, before) =>
    declarations.attach({ workspace, kind: 'install', actor, policyHash, state, before });
  return { ...opened, declarations, attach };
}

function stateOf(...requirements: string[]): DeclaredState {
  return {
    python: '3.12.1',
    requirements,
    wish: `wish ${requirements.join()}`,
    lock: 'l'.repeat(64),
    environment: 'k',
  };
}

describe('Declarations', () => {
  it('keeps what a workspace declares, and every state before it', async (context) => {
    const { declarations, attach } = await open(context);
    assert.equal(await declarations.find('skill'), undefined);
    const first = await attach('skill', stateOf('numpy==1.26'));
    const second = await attach('skill', stateOf('numpy==1.26', 'pandas'), first);
    assert.deepEqual(await declarations.find('skill'), second);
    assert.equal(second?.made, first?.made);
    assert.equal(second?.number, 2);
    const history = await declarations.history('skill');
    assert.deepEqual(
      history.map(({ number, requirements, actor: { id } }) => [number, requirements, id]),
      [
        [2, ['numpy==1.26', 'pandas'], 'ada'],
        [1, ['numpy==1.26'], 'ada'],
      ],
    );
  });

  it('removes the very state that is meant, and nothing that somebody made of it meanwhile', async (context) => {
    const { declarations, attach } = await open(context);
    const first = await attach('skill', stateOf('numpy'));
    const second = await attach('skill', stateOf('numpy', 'pandas'), first);
    const removing = { workspace: 'skill', actor, policyHash };
    assert.equal(await declarations.remove({ ...removing, only: first }), false);
    assert.deepEqual(await declarations.find('skill'), second);
    assert.equal((await declarations.history('skill')).length, 2);
    assert.equal(await declarations.remove({ ...removing, only: second }), true);
    assert.equal(await declarations.find('skill'), undefined);
    assert.equal(await declarations.remove({ ...removing, only: second }), false);
  });

  it('does nothing where somebody else was faster, neither to the state nor to the record', async (context) => {
    const { declarations, record, attach } = await open(context);
    const first = await attach('skill', stateOf('numpy'));
    const faster = await attach('skill', stateOf('numpy', 'pandas'), first);
    assert.equal(await attach('skill', stateOf('numpy', 'scipy'), first), undefined);
    assert.equal(await attach('skill', stateOf('scipy')), undefined, 'it is not new any more');
    assert.deepEqual(await declarations.find('skill'), faster);
    assert.equal((await Array.fromAsync(record.entries({ action: 'workspace.packages.changed' }))).length, 2);
  });

  it('lets one of many at once through, and the others begin again', async (context) => {
    const { declarations, attach } = await open(context);
    const made = await Promise.all(['a', 'b', 'c', 'd'].map((name) => attach('skill', stateOf(name))));
    assert.equal(made.filter((each) => each !== undefined).length, 1);
    assert.equal((await declarations.history('skill')).length, 1);
  });

  it('puts each change on the record, with what was declared and what was dropped', async (context) => {
    const { record, attach } = await open(context);
    const first = await attach('skill', stateOf('numpy', 'six'));
    await attach('skill', { ...stateOf('numpy', 'pandas'), lock: 'm'.repeat(64) }, first);
    const [, entry] = await Array.fromAsync(record.entries({ action: 'workspace.packages.changed' }));
    assert.equal(entry?.workspace, 'skill');
    assert.deepEqual(entry.actor, actor);
    assert.equal(entry.subject, 'environment k');
    const { declared, dropped, lockBefore, lock, number, kind } = entry.details;
    assert.deepEqual([declared, dropped], [['pandas'], ['six']]);
    assert.deepEqual([lockBefore, lock, number, kind], ['l'.repeat(64), 'm'.repeat(64), 2, 'install']);
  });

  it('keeps what packages stand on, and whose the workspace is', async (context) => {
    const { declarations, attach } = await open(context);
    const first = await attach('skill', stateOf('numpy'));
    assert.deepEqual([first?.asked, first?.base, first?.interpreter, first?.owner], [{}, null, null, 'user ada']);
    const asked = { python: '3.12', base: 'scientific' };
    const standing = { ...stateOf('numpy'), interpreter: '/usr/bin/python3.12', base: 'scientific', asked };
    const second = await attach('skill', standing, first);
    assert.deepEqual(await declarations.find('skill'), second);
    const [newest, oldest] = await declarations.history('skill');
    assert.deepEqual([newest?.asked, newest?.base, oldest?.asked], [asked, 'scientific', {}]);
  });

  it('takes for its owner the first who came as such, and nobody before', async (context) => {
    const { declarations } = await open(context);
    const attachAs = async (id: string, role: 'owner' | 'collaborator'): Promise<string | null | undefined> => {
      const before = await declarations.find('skill');
      const who = { id, kind: 'user', role } as const;
      const state = stateOf(`by-${id}`);
      const change = { workspace: 'skill', kind: 'install', actor: who, policyHash, state, before } as const;
      return (await declarations.attach(change))?.owner;
    };
    assert.equal(await attachAs('eve', 'collaborator'), null);
    assert.equal(await attachAs('ada', 'owner'), 'user ada');
    assert.equal(await attachAs('bob', 'owner'), 'user ada');
  });

  it('lists all workspaces, those changed last first', async (context) => {
    const { declarations, attach } = await open(context);
    const first = await attach('one', stateOf('numpy'));
    await attach('two', stateOf('numpy'));
    await attach('one', stateOf(), first);
    assert.deepEqual(
      (await declarations.list()).map(({ name }) => name),
      ['one', 'two'],
    );
  });

  it('forgets a workspace with its history, once, and the other workspaces stay', async (context) => {
    const { declarations, record, attach } = await open(context);
    await attach('one', stateOf('numpy'));
    await attach('two', stateOf('numpy'));
    assert.equal(await declarations.remove({ workspace: 'one', actor, policyHash }), true);
    assert.equal(await declarations.remove({ workspace: 'one', actor, policyHash }), false);
    assert.equal(await declarations.find('one'), undefined);
    assert.deepEqual(await declarations.history('one'), []);
    assert.equal((await declarations.history('two')).length, 1);
    assert.equal((await Array.fromAsync(record.entries({ action: 'workspace.removed' }))).length, 1);
  });

  it('takes what was made anew under an old name for another', async (context) => {
    const { declarations, attach } = await open(context);
    const old = await attach('skill', stateOf('numpy'));
    await declarations.remove({ workspace: 'skill', actor, policyHash });
    await attach('skill', stateOf('pandas'));
    assert.equal(await attach('skill', stateOf('six'), old), undefined);
  });
});
