import { configuredSource, requireSource, sourceVariable } from '../packages/index.ts';
import { changeAdvisories } from './advisories-home.ts';
import { type Command } from './command.ts';
import { requireNamedPolicy } from './policy-source.ts';

export const advisoriesUpdateCommand: Command = {
  positionals: 0,
  help: `
belljar advisories update [--policy FILE] [--force] [--json]

Fetches the dump of advisories from the configured source and imports it, unless it is the one that is there. The source is
${sourceVariable}, else packages.advisories.source of the policy: the https address of OSV's dump for PyPI, or of a mirror.

  --force   fetch it even where it is the same, and take data that is older or less than half of what is there

Exit code: 0 imported, or nothing new; 69 there is no source, or it cannot be fetched; 65 what it sends is no dump.

Example:
  belljar advisories update || belljar advisories status
`,
  options: { policy: { type: 'string' }, force: { type: 'boolean' } },
  run: async (invocation) => {
    const { policy } = await requireNamedPolicy(invocation);
    const url = requireSource(configuredSource(invocation.io.env, policy.packages.advisories.source));
    return changeAdvisories(invocation, (advisories, options) => advisories.update(url, options));
  },
};
