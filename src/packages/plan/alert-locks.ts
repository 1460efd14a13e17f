import { setImmediate as breathe } from 'node:timers/promises';

import { refuseWhenCancelled } from '../../errors.ts';
import { judge, type PackageFacts, type Policy } from '../../policy/index.ts';
import type { AuditRecord } from '../../record/index.ts';
import type { Database } from '../../storage/index.ts';
import { type Advisories, type AdvisoryData, newlySaid } from '../advisories/index.ts';
import { type AdvisoryAlert, AlertStore } from './alert-store.ts';
import { type KeptPlan, PlanStore } from './plan-store.ts';
import { renewAdvisories } from './renew-advisories.ts';

export interface AlertOptions {
  readonly database: Database;
  readonly record: Pick<AuditRecord, 'appendWithin'>;
  readonly advisories: Pick<Advisories, 'current' | 'findUnjudged'>;
  readonly currentPolicy: () => { readonly policy: Policy; readonly hash: string };
  readonly now?: Date | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Judges the locks again that a change of the advisories is about, each by its newest plan, and puts an alert on the record
 * for each of which more is denied, or to be asked, than before. Does nothing where nothing has changed since the last time.
 *
 * @throws CANCELLED, RECORD_INVALID and the codes of the database; what was not done is done the next time.
 */
export async function alertLocks(options: AlertOptions): Promise<AdvisoryAlert[]> {
  const { database, advisories, signal } = options;
  const unjudged = await advisories.findUnjudged(signal);
  if (unjudged === undefined) return [];
  const [plans, store] = [new PlanStore(database), new AlertStore(options)];
  const { policy, hash } = options.currentPolicy();
  const grounds = { policy, data: advisories.current, now: options.now ?? new Date() };
  const told: AdvisoryAlert[] = [];
  for await (const plan of plans.ofEachLock(signal)) {
    refuseWhenCancelled(signal);
    if (!plan.facts.packages.some(({ name }) => unjudged.names.has(name))) continue;
    const change = judgeBy(plan, grounds);
    if (change === undefined) continue;
    const workspaces = await plans.workspacesOf(plan.lock);
    const alert = await store.tell({ ...change, workspaces }, { policyHash: hash, asOf: grounds.data.asOf });
    if (alert !== undefined) told.push(alert);
    await breathe();
  }
  await unjudged.settle();
  return told;
}

interface Grounds {
  readonly policy: Policy;
  readonly data: AdvisoryData;
  readonly now: Date;
}

/** Undefined where nothing is stricter by the data of now than by that of the plan. */
function judgeBy(plan: KeptPlan, { policy, data, now }: Grounds): Omit<AdvisoryAlert, 'workspaces'> | undefined {
  const { actor, role, requirements, facts } = plan;
  const question = { policy, actor, role, wish: { requirements }, now };
  const renewed = renewAdvisories(facts, data);
  const [was, is] = [judge({ ...question, facts }), judge({ ...question, facts: renewed })];
  const packages = is.packages.flatMap((judged, index) => {
    const [before, old, current] = [was.packages[index], facts.packages[index], renewed.packages[index]];
    if (before === undefined || old === undefined || current === undefined) return [];
    const known = new Set(before.reasons.map(({ rule, matched }) => `${rule} ${matched}`));
    const isStricter = judged.reasons.some(
      ({ rule, matched, verdict }) => verdict !== 'allow' && !known.has(`${rule} ${matched}`),
    );
    const { name, version = '', verdict } = judged;
    return isStricter ? [{ name, version, verdict, advisories: newIds(old, current) }] : [];
  });
  if (packages.length === 0) return undefined;
  return { lock: plan.lock, plan: plan.id, before: was.verdict, after: is.verdict, packages };
}

/** What is newly said; where it is only that a known one has another name, as malware for example, that name. */
function newIds(old: PackageFacts, current: PackageFacts): string[] {
  return newlySaid(old.advisories, current.advisories).flatMap(({ id, severity, aliases }) => {
    const known = old.advisories.find((each) => each.id === id && each.severity === severity);
    const added = aliases.filter((alias) => known?.aliases.includes(alias) === false);
    return added.length > 0 ? added : [id];
  });
}
