import { type Migration } from '../migrate.ts';

/**
 * The record. `body` is the text that is hashed; the other columns repeat parts of it for filters. The triggers are a
 * rail against mistakes; the chain of hashes is the wall.
 */
export const record: Migration = {
  number: 1,
  name: 'record',
  statements: ({ types: { integer, text }, appendOnly }) => [
    `create table record_entries (
      seq ${integer} primary key,
      time ${text} not null,
      actor ${text},
      workspace ${text},
      action ${text} not null,
      body ${text} not null,
      hash ${text} not null
    )`,
    `create index record_entries_workspace on record_entries (workspace, seq) where workspace is not null`,
    `create table record_checkpoints (seq ${integer} primary key, body ${text} not null)`,
    ...appendOnly('record_entries'),
    ...appendOnly('record_checkpoints'),
  ],
};
