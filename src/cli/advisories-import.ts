import { BelljarError } from '../errors.ts';
import { changeAdvisories } from './advisories-home.ts';
import { type Command } from './command.ts';

export const advisoriesImportCommand: Command = {
  positionals: 1,
  help: `
belljar advisories import FILE|URL [--force] [--json]

Takes a dump of advisories in the OSV format in the place of what was there: all of it, or nothing. FILE is a ZIP file or a
folder with one JSON file for each record; a URL is one of a ZIP file, by https. Records that are wrong are counted and
told, the others are used.

  --force   also take data that is older than what is there, or less than half of it

Exit code: 0 imported, or nothing new; 65 no dump, or an older one; 69 the URL cannot be fetched.

Example:
  belljar advisories import osv-pypi.zip
`,
  options: { force: { type: 'boolean' } },
  run: async (invocation) => {
    const [source] = invocation.positionals;
    if (source === undefined) {
      throw new BelljarError('USAGE', 'name the dump: a ZIP file, a folder or an https address', {
        hint: 'Run belljar advisories import --help.',
      });
    }
    return changeAdvisories(invocation, (advisories, options) =>
      /^[a-z]+:\/\//i.test(source) ? advisories.update(source, options) : advisories.import(source, options),
    );
  },
};
