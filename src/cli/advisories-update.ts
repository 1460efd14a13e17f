import { configuredSource, requireSource, sourceVariable } from '../packages/index.ts';
import { readSettings } from '../settings/index.ts';
import { resolveHome } from '../storage/index.ts';
import { changeAdvisories } from './advisories-home.ts';
import { type Command } from './command.ts';

export const advisoriesUpdateCommand: Command = {
  positionals: 0,
  help: `
belljar advisories update [--force] [--json]

Fetches the dump of advisories from the configured source and imports it, unless it is the one that is there. The source is
${sourceVariable}, else advisories.url of the settings: the https address of OSV's dump for PyPI, or of a mirror.

  --force   fetch it even where it is the same, and take data that is older or less than half of what is there

Exit code: 0 imported, or nothing new; 69 there is no source, or it cannot be fetched; 65 what it sends is no dump.

Example:
  belljar advisories update || belljar advisories status
`,
  options: { force: { type: 'boolean' } },
  run: async (invocation) => {
    const { env } = invocation.io;
    const { advisories } = await readSettings({ home: resolveHome(env), env });
    const url = requireSource(configuredSource(env, advisories.url));
    return changeAdvisories(invocation, (home, options) => home.update(url, options));
  },
};
