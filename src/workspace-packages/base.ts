import { BelljarError } from '../errors.ts';
import { nearestOf } from '../nearest.ts';
import type { WishRequirement } from '../packages/index.ts';
import { asInstalled } from './workspace-python.ts';

/** A curated stack that an operator gives a name. */
export interface Preset {
  readonly requirements: readonly string[];
  readonly python?: string | undefined;
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
  return { name, requirements: await readPreset(name, preset), python: preset.python };
}

async function readPreset(name: string, { requirements }: Preset): Promise<readonly WishRequirement[]> {
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
