import { type Migration } from '../migrate.ts';

/**
 * What is needed to come back to what was planned: each lock that a plan came to, by its digest; which state of the
 * advisories it was judged again by; and what was told of it since, so that nothing is told twice.
 */
export const alerts: Migration = {
  number: 5,
  name: 'alerts',
  statements: ({ types: { text } }) => [
    `create table planned_locks (digest ${text} primary key, time ${text} not null, body ${text} not null)`,
    `create index plans_lock on plans (lock, time)`,
    `alter table advisory_snapshots add column judged_at ${text}`,
    `create table advisory_alerts (
      lock ${text} not null,
      about ${text} not null,
      advisory ${text} not null,
      time ${text} not null,
      primary key (lock, about, advisory)
    )`,
  ],
};
