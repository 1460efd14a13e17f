import type { OpenDatabaseOptions } from '../../src/storage/index.ts';

/** A table to play with, instead of Belljar's own. */
export const testMigrations: NonNullable<OpenDatabaseOptions['migrations']> = [
  {
    number: 1,
    name: 'things',
    statements: ({ types: { integer, text, bytes } }) => [
      `create table things (key ${text} primary key, value ${integer}, data ${bytes})`,
      `create table parts (thing ${text} not null references things (key))`,
    ],
  },
];
