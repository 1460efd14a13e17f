import { BelljarError } from '../errors.ts';
import { changeHelp, changeOptions, changePackages } from './change-packages.ts';
import { type Command, type CommandOptions, type Invocation, listOption, stringOption } from './command.ts';
import { readWish, type WishFromSources } from './wish-file.ts';

const files: CommandOptions = { requirements: { type: 'string', short: 'r', multiple: true } };
const filesHelp = `  -r, --requirements FILE  a requirements file, pyproject.toml, pylock.toml, or a script with a “# /// script” block; may
                           be given more than once
`;

export const installCommand: Command = {
  positionals: Infinity,
  help: `
belljar install REQUIREMENT… -w NAME [OPTION…]
belljar install -r FILE -w NAME [OPTION…]
belljar install --base NAME -w NAME [OPTION…]

Declares more for a workspace. All that it declares is planned and judged as a whole, shown, built, and put in the place of
what was there; its next session has it.

${filesHelp}${changeHelp}
Example:
  belljar install 'pandas>=2' matplotlib -w notebook-1
`,
  options: { ...changeOptions, ...files },
  run: async (invocation) => {
    const { requirements, pythonNeeds } = asksForFooting(invocation) ? nothing : await readSources(invocation);
    return changePackages(invocation, { what: 'install them' }, (packages, options) => {
      return packages.install(requirements, { ...options, pythonNeeds });
    });
  },
};

export const syncCommand: Command = {
  positionals: Infinity,
  help: `
belljar sync REQUIREMENT… -w NAME [OPTION…]
belljar sync -r FILE -w NAME [OPTION…]

Has a workspace declare exactly what is named, and nothing else.

${filesHelp}${changeHelp}
Example:
  belljar sync -r requirements.txt -w paper
`,
  options: { ...changeOptions, ...files },
  run: async (invocation) => {
    const { requirements, pythonNeeds } = await readSources(invocation);
    return changePackages(invocation, { what: 'have exactly these' }, (packages, options) => {
      return packages.sync(requirements, { ...options, pythonNeeds });
    });
  },
};

export const uninstallCommand: Command = {
  positionals: Infinity,
  help: `
belljar uninstall NAME… -w NAME [OPTION…]

Takes projects out of what a workspace declares; what only they needed goes with them.

${changeHelp}
Example:
  belljar uninstall matplotlib -w notebook-1
`,
  options: changeOptions,
  run: (invocation) => {
    const names = requireNames(invocation);
    return changePackages(invocation, { what: 'have these instead' }, (packages, options) =>
      packages.uninstall(names, options),
    );
  },
};

export const upgradeCommand: Command = {
  positionals: 0,
  help: `
belljar upgrade -w NAME [OPTION…]

Looks for newer versions of all that a workspace declares, as the policy allows.

${changeHelp}
Example:
  belljar upgrade -w notebook-1
`,
  options: changeOptions,
  run: (invocation) => {
    return changePackages(invocation, { what: 'upgrade to these' }, (packages, options) => packages.upgrade(options));
  },
};

const nothing: WishFromSources = { requirements: [], pythonNeeds: [] };

/** Another Python or base, for what is declared already. */
function asksForFooting({ positionals, values }: Invocation): boolean {
  const isNamed = stringOption(values, 'python') !== undefined || stringOption(values, 'base') !== undefined;
  return isNamed && positionals.length === 0 && listOption(values, 'requirements').length === 0;
}

function readSources({ positionals, values }: Invocation): Promise<WishFromSources> {
  return readWish({ texts: positionals, files: listOption(values, 'requirements') });
}

function requireNames({ positionals }: Invocation): readonly string[] {
  if (positionals.length === 0) throw new BelljarError('USAGE', 'name what the workspace is not to have any more');
  return positionals;
}
