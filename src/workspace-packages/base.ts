import type { InstalledPackage } from '../environments/index.ts';
import { BelljarError } from '../errors.ts';
import { nearestOf } from '../nearest.ts';
import type { WishRequirement } from '../packages/index.ts';
import { asInstalled } from './workspace-python.ts';

/** A curated stack that an operator gives a name. */
export interface Preset {
  readonly requirements: readonly string[];
  readonly python?: string | undefined;
  /** Whether what is installed beside that Python belongs to it. */
  readonly systemSitePackages?: boolean | undefined;
}

export interface BaseSettings {
  readonly presets: Readonly<Record<string, Preset>>;
  /** What workspaces stand on that name no other. */
  readonly base?: string | undefined;
}

/** What a workspace stands on besides what it declares. */
export interface Base {
  readonly name: string;
  readonly requirements: readonly WishRequirement[];
  readonly python?: string | undefined;
  readonly takesInstalled: boolean;
}

/** Asks for no base, whatever the installation has. */
export const noBase = 'none';

/**
 * The base that is asked for by name, else the installation's.
 *
 * @throws USAGE where no preset has the name, SETTINGS_INVALID where its requirements cannot be read.
 */
export async function findBase({ presets, base }: BaseSettings, asked?: string): Promise<Base | undefined> {
  const name = asked === undefined || asked === asInstalled ? base : asked;
  if (name === undefined || name === noBase) return undefined;
  const preset = Object.hasOwn(presets, name) ? presets[name] : undefined;
  if (preset === undefined) throw unknownBase(name, Object.keys(presets));
  const { python, systemSitePackages: takesInstalled = false } = preset;
  return { name, requirements: await readPreset(name, preset.requirements), python, takesInstalled };
}

/** What installs others is no part of a stack. */
const installers: readonly string[] = ['pip', 'setuptools', 'wheel'];

/**
 * A base with what is installed beside its Python, at the very versions: they come from an index like everything else, since
 * nothing is known of the files that lie there.
 *
 * @throws SETTINGS_INVALID where what is installed has no name or version that could be asked for.
 */
export async function withInstalled(base: Base, installed: readonly InstalledPackage[]): Promise<Base> {
  const own = installed.filter(({ name }) => !installers.includes(name.toLowerCase()));
  const pins = await readPreset(
    base.name,
    own.map(({ name, version }) => `${name}==${version}`),
  );
  return { ...base, requirements: [...base.requirements, ...pins] };
}

async function readPreset(name: string, requirements: readonly string[]): Promise<readonly WishRequirement[]> {
  // Behind it stands all that plans, which a run does not need.
  const { readRequirements } = await import('./requirements.ts');
  try {
    const source = { from: `preset ${name}`, base: name };
    return readRequirements(requirements).map((each) => ({ ...each, source }));
  } catch (cause) {
    const message = `the preset “${name}” cannot be read: ${cause instanceof Error ? cause.message : 'it is broken'}`;
    throw new BelljarError('SETTINGS_INVALID', message, { cause });
  }
}

function unknownBase(name: string, known: readonly string[]): BelljarError {
  const nearest = nearestOf(name, known);
  const all = known.length === 0 ? 'The settings have no presets.' : `The presets are ${known.join(', ')}.`;
  return new BelljarError('USAGE', `there is no base “${name}”`, {
    hint: nearest === undefined ? all : `Did you mean “${nearest}”?`,
  });
}
