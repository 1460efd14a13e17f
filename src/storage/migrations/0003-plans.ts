import { type Migration } from '../migrate.ts';

/**
 * What planning keeps: the lock of each wish, what the METADATA of a wheel says (by the wheel's hash, so for good), the
 * plans with the facts that they were judged by, and what the policy wants an answer to.
 */
export const plans: Migration = {
  number: 3,
  name: 'plans',
  statements: ({ types: { text } }) => [
    `create table locks (
      wish ${text} not null,
      target ${text} not null,
      time ${text} not null,
      body ${text} not null,
      primary key (wish, target)
    )`,
    `create table wheel_facts (sha256 ${text} primary key, body ${text} not null)`,
    `create table plans (
      id ${text} primary key,
      time ${text} not null,
      workspace ${text},
      lock ${text} not null,
      verdict ${text} not null,
      body ${text} not null
    )`,
    `create index plans_time on plans (time)`,
    `create table approvals (
      id ${text} primary key,
      lock ${text} not null,
      state ${text} not null,
      asked ${text} not null,
      expires ${text} not null,
      body ${text} not null
    )`,
    `create index approvals_lock on approvals (lock)`,
  ],
};
