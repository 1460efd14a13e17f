import { type Migration } from '../migrate.ts';

/**
 * The shelf of environments: those that are whole, the wheels that each is made of, who builds one, and who uses one.
 * A holder is a living process; what it holds ends with it, or when it was not heard of for too long.
 */
export const environments: Migration = {
  number: 4,
  name: 'environments',
  statements: ({ types: { integer, text } }) => [
    `create table environments (
      key ${text} primary key,
      lock ${text} not null,
      build ${text} not null,
      python ${text} not null,
      platform ${text} not null,
      installer ${text} not null,
      namespace ${text} not null,
      state ${text} not null,
      tree_digest ${text} not null,
      files ${integer} not null,
      bytes ${integer} not null,
      made ${text} not null,
      used ${text} not null,
      pinned ${integer} not null
    )`,
    `create table environment_wheels (
      environment ${text} not null,
      wheel ${text} not null,
      build ${text} not null,
      primary key (environment, wheel)
    )`,
    `create table environment_holders (id ${text} primary key, expires ${integer} not null)`,
    `create table environment_builders (
      environment ${text} primary key,
      attempt ${text} not null,
      holder ${text} not null,
      state ${text} not null,
      begun ${text} not null,
      body ${text} not null
    )`,
    `create table environment_leases (
      environment ${text} not null,
      holder ${text} not null,
      primary key (environment, holder)
    )`,
    `create index environment_leases_holder on environment_leases (holder)`,
  ],
};
