import { BelljarError } from '../errors.ts';
import { type Actor, decideAction, type Policy } from '../policy/index.ts';
import type { AuditRecord } from '../record/index.ts';
import type { Role } from '../words.ts';

interface Grounds {
  readonly record: Pick<AuditRecord, 'append'>;
  readonly currentPolicy: () => { readonly policy: Policy; readonly hash: string };
}

/** Which workspace, null for all of them, and for whom. */
interface Place {
  readonly workspace: string | null;
  readonly actor: Actor;
  readonly role: Role;
}

type WorkspaceAction = 'install' | 'view' | 'manage-workspace';

/**
 * Only a plain yes will do: an approver answers plans, and here there is none that he could agree to. A refusal is on the
 * record.
 *
 * @throws POLICY_DENIED
 */
export async function requireAction(grounds: Grounds, place: Place, action: WorkspaceAction): Promise<void> {
  await requireVerdict(grounds, place, { action, isAskEnough: false });
}

/**
 * For what has a lock, which is only leased where an approver agreed to it when the policy wants him asked.
 *
 * @throws POLICY_DENIED, which is on the record.
 */
export async function requireInstall(grounds: Grounds, place: Place): Promise<void> {
  await requireVerdict(grounds, place, { action: 'install', isAskEnough: true });
}

interface Required {
  readonly action: WorkspaceAction;
  readonly isAskEnough: boolean;
}

async function requireVerdict(
  { record, currentPolicy }: Grounds,
  { workspace, actor, role }: Place,
  { action, isAskEnough }: Required,
): Promise<void> {
  const { policy, hash: policyHash } = currentPolicy();
  const { verdict, reason } = decideAction({ policy, actor, role, action });
  if (verdict === 'allow' || (verdict === 'ask' && isAskEnough)) return;
  await record.append({
    ...{ action: 'workspace.refused', actor: { ...actor, role }, workspace, policyHash, verdict },
    details: { asked: action, rule: reason.rule },
  });
  const message = verdict === 'ask' ? `${reason.message}, and for this there is no plan to agree to` : reason.message;
  throw new BelljarError('POLICY_DENIED', message, { details: { verdict, reasons: [reason] } });
}
