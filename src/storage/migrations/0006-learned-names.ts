import { type Migration } from '../migrate.ts';

/**
 * What was learned of names: which distributions bring a module, the surest source first, and in which plan a package was
 * last judged.
 */
export const learnedNames: Migration = {
  number: 6,
  name: 'learned names',
  statements: ({ types: { integer, text } }) => [
    `create table import_names (
      module ${text} not null,
      distribution ${text} not null,
      doubt ${integer} not null,
      primary key (module, distribution)
    )`,
    `create table planned_packages (name ${text} primary key, plan ${text} not null)`,
  ],
};
