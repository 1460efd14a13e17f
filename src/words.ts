/** Words of the house that more than one part needs a list of: here the policy and the record. */

export const roleNames = ['operator', 'owner', 'collaborator', 'viewer', 'anonymous'] as const;
export type Role = (typeof roleNames)[number];

export const actorKinds = ['user', 'service', 'anonymous'] as const;
export type ActorKind = (typeof actorKinds)[number];

/** The mildest first. */
export const verdicts = ['allow', 'ask', 'deny'] as const;
export type Verdict = (typeof verdicts)[number];
