import { type Migration } from '../migrate.ts';
import { record } from './0001-record.ts';
import { advisories } from './0002-advisories.ts';
import { plans } from './0003-plans.ts';
import { environments } from './0004-environments.ts';
import { alerts } from './0005-alerts.ts';
import { learnedNames } from './0006-learned-names.ts';
import { workspaces } from './0007-workspaces.ts';
import { workspaceFooting } from './0008-workspace-footing.ts';

/** In their order. Others depend on their numbers and their text: only add. */
export const migrations: readonly Migration[] = [
  ...[record, advisories, plans, environments, alerts],
  ...[learnedNames, workspaces, workspaceFooting],
];
