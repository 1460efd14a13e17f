import { BelljarError } from '../errors.ts';
import { type Actor, decideAction, type Policy } from '../policy/index.ts';
import type { AuditRecord } from '../record/index.ts';
import type { Role } from '../words.ts';

interface Exporting {
  readonly actor: Actor;
  readonly role: Role;
  readonly workspace?: string | undefined;
}

interface Grounds {
  readonly record: Pick<AuditRecord, 'append'>;
  readonly currentPolicy: () => { readonly policy: Policy; readonly hash: string };
}

/** What leaves cannot be taken back: only a plain yes lets it out. @throws POLICY_DENIED, which is on the record */
export async function requireExport({ record, currentPolicy }: Grounds, exporting: Exporting): Promise<void> {
  const { actor, role, workspace = null } = exporting;
  const { policy, hash: policyHash } = currentPolicy();
  const { verdict, reason } = decideAction({ policy, actor, role, action: 'export' });
  if (verdict === 'allow') return;
  await record.append({
    ...{ action: 'export.refused', actor: { ...actor, role }, workspace, policyHash, verdict },
    details: { rule: reason.rule },
  });
  throw new BelljarError('POLICY_DENIED', reason.message, { details: { reasons: [reason] } });
}
