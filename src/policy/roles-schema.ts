import { z } from 'zod';

import type { Role } from '../words.ts';

export const actions = [
  'view',
  'run',
  'plan',
  'install',
  'approve',
  'export',
  'manage-workspace',
  'manage-plugins',
  'manage-policy',
  'manage-installation',
  'read-record',
] as const;
export type Action = (typeof actions)[number];

/** What nobody can be given who does not say who they are. */
const anonymousActions: readonly Action[] = ['view', 'run', 'plan', 'export'];

const action = z.enum(actions).meta({
  description:
    'view: see files, plans and results. run: run code. plan: have packages judged. install: change the environment. ' +
    'approve: answer what the policy asks. export: take things out. manage-workspace: members, settings, removal. ' +
    'manage-plugins, manage-policy, manage-installation: the same for those. read-record: read the audit record.',
});

const anonymousAction = action.superRefine((value, context) => {
  if (!anonymousActions.includes(value)) {
    context.addIssue({ code: 'custom', message: `“${value}” can never be given to anonymous actors` });
  }
});

/** The order in which actions are listed, and how often, has no meaning. */
function sortedSet(values: readonly Action[]): Action[] {
  return [...new Set(values)].sort();
}

function grants(member: typeof action) {
  return z
    .strictObject({
      allow: z.array(member).default([]).transform(sortedSet).meta({ description: 'What the role may do.' }),
      ask: z.array(member).default([]).transform(sortedSet).meta({ description: 'What it may do once approved.' }),
    })
    .prefault({});
}

/** Who may do what. A role that is not listed may do nothing. */
export const rolesSchema = z
  .strictObject({
    operator: grants(action).meta({ description: 'Who rules the installation.' }),
    owner: grants(action).meta({ description: 'Who owns the workspace.' }),
    collaborator: grants(action).meta({ description: 'Who works in the workspace with the owner.' }),
    viewer: grants(action).meta({ description: 'Who may look.' }),
    anonymous: grants(anonymousAction).meta({ description: 'Who comes by a shared link.' }),
  } satisfies Record<Role, z.ZodType>)
  .meta({ description: 'Who may do what. A role that is not listed may do nothing.' });

const work: readonly Action[] = ['view', 'run', 'plan', 'install', 'export'];

export const defaultRoles: z.input<typeof rolesSchema> = {
  operator: { allow: [...actions] },
  owner: { allow: [...work, 'manage-workspace', 'manage-plugins'] },
  collaborator: { allow: [...work] },
  viewer: { allow: ['view'] },
};
