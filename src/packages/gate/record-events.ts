import type { AuditRecord } from '../../record/index.ts';
import type { GateEvent } from './desk.ts';

const maxRemembered = 20_000;

/** What came in and what did not goes on the record, each once for a client and a policy. */
export function recordEvents(record: Pick<AuditRecord, 'append'>): (event: GateEvent) => void {
  const told = new Set<string>();
  return (event) => {
    const { kind, verdict, client, project, version, filename = null, sha256 = null, policyHash, rules } = event;
    const key = [kind, verdict, client, project, sha256, policyHash, ...rules].join(' ');
    if (told.has(key)) return;
    if (told.size >= maxRemembered) told.clear();
    told.add(key);
    const subject = version === undefined ? project : `${project} ${version}`;
    const details = { client, filename, sha256, rules: [...rules] };
    // Nobody waits for it; what could not be written is told when it happens again.
    record.append({ action: `gate.${kind}`, subject, verdict, policyHash, details }).catch(() => told.delete(key));
  };
}
