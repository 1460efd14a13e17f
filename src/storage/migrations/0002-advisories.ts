import { type Migration } from '../migrate.ts';

/**
 * Known vulnerabilities: one line of facts for each, the projects it names, and which projects each new state of the data
 * changed, so that what was judged before can be judged again.
 */
export const advisories: Migration = {
  number: 2,
  name: 'advisories',
  statements: ({ types: { integer, text } }) => [
    `create table advisories (id ${text} primary key, line ${text} not null)`,
    `create table advisory_packages (
      name ${text} not null,
      advisory ${text} not null,
      primary key (name, advisory)
    )`,
    `create index advisory_packages_advisory on advisory_packages (advisory)`,
    `create table advisory_snapshots (
      number ${integer} primary key,
      digest ${text} not null,
      source ${text} not null,
      as_of ${text},
      imported_at ${text} not null,
      checked_at ${text} not null,
      etag ${text},
      advisories ${integer} not null,
      refused ${integer} not null
    )`,
    `create table advisory_changes (
      snapshot ${integer} not null,
      name ${text} not null,
      primary key (snapshot, name)
    )`,
  ],
};
