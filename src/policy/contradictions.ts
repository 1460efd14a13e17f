import type { z } from 'zod';

import { formatLimit } from './format-limit.ts';
import { leastMissingVerdicts } from './missing-verdicts.ts';
import { packagesSchema } from './packages-schema.ts';
import { limitKeys, runtimeSchema } from './runtime-schema.ts';
import { waiverSchema } from './waivers-schema.ts';
import type { Path, SchemaProblem } from '../yaml/index.ts';

/**
 * What each value alone does not show: values that cannot both be meant. Works on the file as it was read, so that an error
 * elsewhere hides none of these.
 */
export function findContradictions(data: unknown): SchemaProblem[] {
  return [
    ...limitsAboveMaximum(data),
    ...requiredAndNotRequired(data),
    ...hostsWithoutSockets(data),
    ...mildMissingVerdicts(data),
    ...waiversWithoutObject(data),
    ...caseProblems(data),
  ];
}

type LimitName = keyof typeof limitKeys;

function limitsAboveMaximum(data: unknown): SchemaProblem[] {
  const section = runtimeSchema.unwrap().shape;
  const limits = section.limits.unwrap().shape;
  const maximum = section.maximum.unwrap().shape;
  return (Object.keys(limitKeys) as LimitName[]).flatMap((name) => {
    const limitPath = ['runtime', 'limits', name];
    const maximumPath = ['runtime', 'maximum', name];
    const limit = leaf(limits[name], data, limitPath);
    const most = leaf(maximum[name], data, maximumPath);
    if (limit === undefined || most === undefined || limit <= most) return [];
    // Whichever the file states is what has to change.
    const path = valueAt(data, limitPath) === undefined ? maximumPath : limitPath;
    const message = `contradicts itself: a run would get ${formatLimit(limitKeys[name], limit)}, more than the maximum of ${formatLimit(limitKeys[name], most)}`;
    return [{ path, message, isAboutKey: false }];
  });
}

function requiredAndNotRequired(data: unknown): SchemaProblem[] {
  const required = listAt(data, ['runtime', 'required']);
  return listAt(data, ['runtime', 'notRequired']).flatMap((name, index) => {
    if (!required.includes(name)) return [];
    const message = `contradicts itself: “${String(name)}” is also in runtime.required`;
    return [{ path: ['runtime', 'notRequired', index], message, isAboutKey: false }];
  });
}

/** Code speaks to the proxy by an internet socket. */
function hostsWithoutSockets(data: unknown): SchemaProblem[] {
  if (listAt(data, ['runtime', 'network', 'allow']).length === 0) return [];
  return listAt(data, ['runtime', 'guards', 'sockets']).flatMap((kind, index) => {
    if (kind !== 'internet') return [];
    const message = 'contradicts itself: runtime.network.allow opens hosts, which no socket could reach';
    return [{ path: ['runtime', 'guards', 'sockets', index], message, isAboutKey: false }];
  });
}

/** Hiding a fact must not be the way around a rule about it. */
function mildMissingVerdicts(data: unknown): SchemaProblem[] {
  const stated = valueAt(data, ['packages', 'missing']);
  const packages = packagesSchema.safeParse({ ...asRecord(valueAt(data, ['packages'])), missing: {} });
  if (!packages.success) return [];
  const least = leastMissingVerdicts(packages.data);
  return Object.entries(least).flatMap(([fact, verdict]) => {
    if (verdict !== 'deny' || asRecord(stated)[fact] !== 'ask') return [];
    const message =
      'is too mild: the fact can lead to a denial, and a package that hides it would only be asked about; write deny';
    return [{ path: ['packages', 'missing', fact], message, isAboutKey: false }];
  });
}

function waiversWithoutObject(data: unknown): SchemaProblem[] {
  return listAt(data, ['waivers']).flatMap((waiver, index) => {
    const { version, sha256, advisory, licence } = asRecord(waiver);
    const isNamed = [version, sha256, advisory, licence].some((value) => value !== undefined);
    if (isNamed || !waiverSchema.shape.package.safeParse(asRecord(waiver)['package']).success) return [];
    const message = 'must say what it lifts: a version, a sha256, an advisory or a licence';
    return [{ path: ['waivers', index], message, isAboutKey: false }];
  });
}

const caseForms = ['given', 'facts', 'action', 'run'] as const;

function caseProblems(data: unknown): SchemaProblem[] {
  return listAt(data, ['tests']).flatMap((testCase, index) => {
    if (typeof testCase !== 'object' || testCase === null) return [];
    const forms = caseForms.filter((form) => asRecord(testCase)[form] !== undefined);
    if (forms.length === 1) return [];
    const message = `must have exactly one of ${caseForms.join(', ')}${forms.length === 0 ? '' : `, not ${forms.join(' and ')}`}`;
    return [{ path: ['tests', index], message, isAboutKey: false }];
  });
}

/** The meaning of one value, its default where the file leaves it out, undefined where it has an error of its own. */
function leaf(schema: z.ZodType<number>, data: unknown, path: Path): number | undefined {
  const parsed = schema.safeParse(valueAt(data, path));
  return parsed.success ? parsed.data : undefined;
}

function valueAt(data: unknown, path: Path): unknown {
  let value = data;
  for (const step of path) value = asRecord(value)[String(step)];
  return value;
}

function listAt(data: unknown, path: Path): readonly unknown[] {
  const value = valueAt(data, path);
  return Array.isArray(value) ? value : [];
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
