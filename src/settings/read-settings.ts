import { lstat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { BelljarError } from '../errors.ts';
import { readGuardedFile } from '../guarded-file.ts';
import { type FileProblem, formatProblem, maxYamlBytes, readYamlAs, type SchemaProblem } from '../yaml/index.ts';
import { type Settings, settingsSchema } from './settings-schema.ts';

export interface FindSettingsOptions {
  readonly home: string;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * The settings of an installation: the file that BELLJAR_SETTINGS names, else `belljar.settings.yaml` in the home, else
 * what is built in.
 *
 * @throws INPUT_UNREADABLE, SETTINGS_INVALID
 */
export async function readSettings({ home, env = process.env }: FindSettingsOptions): Promise<Settings> {
  const named = env['BELLJAR_SETTINGS'];
  if (named !== undefined && named !== '') return readSettingsFile(resolve(named));
  const path = join(home, 'belljar.settings.yaml');
  return (await isThere(path)) ? readSettingsFile(path) : settingsSchema.parse({ version: 1 });
}

async function readSettingsFile(path: string): Promise<Settings> {
  const guardedBy = 'SETTINGS_INVALID';
  const bytes = await readGuardedFile(path, { what: 'the settings', maxBytes: maxYamlBytes, guardedBy });
  if (bytes === undefined) throw invalid([broken(path, `the file is larger than ${maxYamlBytes} bytes`)]);
  const reading = parseSettings(decode(bytes, path), path);
  if (!reading.ok) throw invalid(reading.problems);
  return reading.value;
}

/** Reads settings; where they are wrong, says what is wrong, each with its line and column. */
export function parseSettings(text: string, file: string) {
  return readYamlAs(text, { schema: settingsSchema, what: 'the settings', file, findMore: findContradictions });
}

function findContradictions(data: unknown): SchemaProblem[] {
  return [...contradictingIndexes(data), ...emptyPresets(data), ...missingBase(data)];
}

function emptyPresets(data: unknown): SchemaProblem[] {
  const presets = (data as { presets?: unknown } | null)?.presets;
  if (typeof presets !== 'object' || presets === null) return [];
  return Object.entries(presets).flatMap(([name, preset]: [string, unknown]): SchemaProblem[] => {
    const { requirements = [], systemSitePackages } = (preset ?? {}) as Record<string, unknown>;
    if (!Array.isArray(requirements) || requirements.length > 0 || systemSitePackages === true) return [];
    return [{ path: ['presets', name], message: 'must name a requirement', isAboutKey: false }];
  });
}

function missingBase(data: unknown): SchemaProblem[] {
  const { environments, presets } = (data ?? {}) as { environments?: { base?: unknown } | null; presets?: unknown };
  const base = environments?.base;
  const known = typeof presets === 'object' && presets !== null ? Object.keys(presets) : [];
  if (typeof base !== 'string' || known.includes(base)) return [];
  return [{ path: ['environments', 'base'], message: `no preset is called “${base}”`, isAboutKey: false }];
}

/** A name that two indexes could serve is how a stranger’s package takes the place of one’s own. */
function contradictingIndexes(data: unknown): SchemaProblem[] {
  const indexes = (data as { indexes?: unknown } | null)?.indexes;
  if (!Array.isArray(indexes)) return [];
  const seen = new Set<unknown>();
  const open: number[] = [];
  return indexes.flatMap((each: unknown, at): SchemaProblem[] => {
    const { name, only } = (each ?? {}) as { name?: unknown; only?: unknown };
    const problems: SchemaProblem[] = [];
    if (name !== undefined && seen.has(name)) problems.push(about(at, 'name', 'another index has this name'));
    seen.add(name);
    if (only === undefined) open.push(at);
    if (only === undefined && open.length > 1)
      problems.push(about(at, 'url', 'a second index without “only”: each project must have one index it comes from'));
    return problems;
  });
}

function about(at: number, key: string, message: string): SchemaProblem {
  return { path: ['indexes', at, key], message, isAboutKey: false };
}

function decode(bytes: Buffer, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw invalid([broken(path, 'the file is not UTF-8 text')]);
  }
}

function invalid(problems: readonly FileProblem[]): BelljarError {
  const lines = problems.map((problem) => `  ${formatProblem(problem)}`);
  return new BelljarError('SETTINGS_INVALID', `the settings are not valid:\n${lines.join('\n')}`, {
    details: { problems },
  });
}

function broken(file: string, message: string): FileProblem {
  return { file, line: 1, column: 1, path: '', message };
}

/** A link that leads nowhere is there: its owner did not mean what is built in. */
async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error: unknown) => (error as NodeJS.ErrnoException).code !== 'ENOENT',
  );
}
