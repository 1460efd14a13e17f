import { type Migration } from '../migrate.ts';

/** What a workspace's packages stand on: which Python, which base, what of both was asked for; and whose it is. */
export const workspaceFooting: Migration = {
  number: 8,
  name: 'workspace footing',
  statements: ({ types: { text } }) => [
    `alter table workspaces add column interpreter ${text}`,
    `alter table workspaces add column base ${text}`,
    `alter table workspaces add column asked ${text}`,
    `alter table workspaces add column owner ${text}`,
    `alter table workspace_history add column interpreter ${text}`,
    `alter table workspace_history add column base ${text}`,
    `alter table workspace_history add column asked ${text}`,
  ],
};
