import { type Migration } from '../migrate.ts';

/**
 * What each workspace has declared, and the lock and the environment that came of it; and every state of that before, so
 * that one can go back. The number counts the changes: whoever changes names the one that was seen.
 */
export const workspaces: Migration = {
  number: 7,
  name: 'workspaces',
  statements: ({ types: { integer, text } }) => [
    `create table workspaces (
      name ${text} primary key,
      number ${integer} not null,
      python ${text} not null,
      requirements ${text} not null,
      wish ${text} not null,
      lock ${text},
      environment ${text},
      made ${text} not null,
      changed ${text} not null
    )`,
    `create table workspace_history (
      workspace ${text} not null,
      number ${integer} not null,
      time ${text} not null,
      kind ${text} not null,
      actor ${text} not null,
      python ${text} not null,
      requirements ${text} not null,
      wish ${text} not null,
      lock ${text},
      environment ${text},
      primary key (workspace, number)
    )`,
    `create index workspace_history_lock on workspace_history (lock)`,
  ],
};
