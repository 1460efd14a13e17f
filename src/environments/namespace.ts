import type { Actor } from '../policy/index.ts';
import type { Role } from '../words.ts';

/** Who shares environments that are equal: the operator’s choice. */
export type SharedBy = 'installation' | 'owner' | 'workspace';

interface Sharing {
  readonly asker: { readonly actor: Actor; readonly role: Role; readonly workspace?: string | undefined };
  /** Whose the workspace is, where that is known. */
  readonly owner?: string | null | undefined;
}

/**
 * Whose an environment is. Without a workspace it belongs to who asks; of a workspace nobody's owner is known of, to that
 * alone: what is unknown shares less, never more.
 */
export function namespaceOf(sharedBy: SharedBy, { asker, owner }: Sharing): string {
  const { actor, role, workspace } = asker;
  if (sharedBy === 'installation') return 'installation';
  if (workspace === undefined) return `owner ${ownerName(actor)}`;
  const known = owner ?? (role === 'owner' ? ownerName(actor) : undefined);
  return sharedBy === 'workspace' || known === undefined ? `workspace ${workspace}` : `owner ${known}`;
}

/** Whose environments somebody may name: those of the place where he asks, and his own. */
export function namespacesOf(sharedBy: SharedBy, sharing: Sharing): ReadonlySet<string> {
  const { actor, workspace } = sharing.asker;
  const ofWorkspace = workspace === undefined ? [] : [`workspace ${workspace}`];
  return new Set([namespaceOf(sharedBy, sharing), `owner ${ownerName(actor)}`, ...ofWorkspace]);
}

/** A user and a service may have one id. */
export function ownerName({ id, kind }: Actor): string {
  return `${kind} ${id}`;
}
