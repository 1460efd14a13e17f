import { BelljarError } from '../errors.ts';
import { type ExportFormat, exportFormats } from '../exports/index.ts';
import { nearestOf } from '../nearest.ts';
import { localActor } from './actor.ts';
import { openFor } from './change-packages.ts';
import { type Command, isFlagSet, type OptionValues, printJson, stringOption } from './command.ts';
import { writeOut } from './write-out.ts';

export const envExportCommand: Command = {
  positionals: 1,
  help: `
belljar env export KEY [--format FORMAT] [--out FILE] [OPTION…]

Writes an environment as other tools read it, without any workspace. The first six or more characters of its key do.

  --format FORMAT  pylock (PEP 751), requirements (for pip install --require-hashes), sbom (CycloneDX 1.6), or bundle: all
                   of them, with the licences and the verdicts, as a tar archive (default: pylock)
  --out FILE       where to (default: standard output)
  --policy FILE    the policy (default: BELLJAR_POLICY, else the one in BELLJAR_HOME, else the built-in one)
  --actor ID       who asks, for the policy and the record (default: your user name)
  --role ROLE      in which role (default: owner)
  --json           with --out: one document

Exit code: 0 done, 2 that is no key or several begin so, 69 there is no such environment, 77 denied.

Example:
  belljar env export "$KEY" --format sbom --out sbom.cdx.json
`,
  options: {
    format: { type: 'string' },
    out: { type: 'string' },
    policy: { type: 'string' },
    actor: { type: 'string' },
    role: { type: 'string' },
  },
  run: async (invocation) => {
    const { io, values, positionals, signal } = invocation;
    const [beginning = ''] = positionals;
    if (beginning === '') throw new BelljarError('USAGE', 'name an environment by its key');
    const format = readFormat(values);
    const file = stringOption(values, 'out') ?? '-';
    if (file === '-' && isFlagSet(values, 'json')) {
      throw new BelljarError('USAGE', 'the export has standard output to itself: --json goes with --out');
    }
    await using belljar = await openFor(invocation);
    const { key } = await (await belljar.environments.housekeeping()).find(beginning);
    const pieces = belljar.environments.export({ key, format, asker: localActor(values), signal });
    const { bytes, sha256 } = await writeOut(invocation, pieces, file);
    if (file !== '-' && isFlagSet(values, 'json')) printJson(io, { file, bytes, sha256 });
    return 0;
  },
};

function readFormat(values: OptionValues): ExportFormat {
  const text = stringOption(values, 'format') ?? 'pylock';
  const format = exportFormats.find((each) => each === text);
  if (format !== undefined) return format;
  const nearest = nearestOf(text, exportFormats);
  throw new BelljarError('USAGE', `there is no format “${text}”`, {
    hint: nearest === undefined ? `The formats are ${exportFormats.join(', ')}.` : `Did you mean “${nearest}”?`,
  });
}
