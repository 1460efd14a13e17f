import { strictest } from '../../policy/index.ts';
import { sendText } from './answer.ts';
import type { Desk, Errand } from './desk.ts';
import type { View } from './view.ts';

/** Whether nothing of the lock that is viewed is given out, whatever is said of its files. */
export function isClosed({ name, lock }: View): boolean {
  const verdict = strictest((lock?.against ?? []).map((reason) => reason.verdict));
  return verdict === 'deny' || (verdict === 'ask' && name !== 'plan');
}

/** Says why in the answer, which pip and uv hide, and keeps it where their user finds it. */
export function refuseLock({ options }: Desk, errand: Errand): void {
  const { client, view, prefix } = errand;
  const { digest = '', against = [] } = view.lock ?? {};
  const project = `lock ${digest.slice(0, 16)}`;
  const reasons = against.map(({ rule, message }) => ({ rule, message }));
  const verdict = against.some((reason) => reason.verdict === 'deny') ? 'deny' : 'ask';
  client.refusals.note(project, { at: new Date(), project, notes: [{ verdict, reasons }] });
  const rules = reasons.map(({ rule }) => rule);
  const { hash: policyHash } = options.policy();
  options.onEvent?.({ kind: 'refused', verdict, client: client.id, project, policyHash, rules });
  const lines = reasons.map(({ rule, message }) => `${message} [${rule}]`);
  const text = [`Belljar does not let this lock through:`, ...lines, `See ${prefix}/refusals`].join('\n');
  sendText(errand, { status: 403, text });
}
