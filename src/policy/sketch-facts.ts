import { createHash } from 'node:crypto';

import type { Facts, PackageFacts } from './facts.ts';
import { isGlob } from './glob.ts';
import { normalizeName } from './names.ts';
import { namesPackage, packagePattern } from './package-pattern.ts';
import type { Policy } from './policy-schema.ts';
import { parseRequirement, type RequirementReading } from './requirement.ts';
import { isLicenceAllowed } from './rule-licence.ts';
import { pinnedVersion } from './specifiers.ts';
import type { PackageSketch } from './tests-schema.ts';

const dayMs = 86_400_000;

/** The facts of packages of which a case says only what matters to it: all else is known and good. */
export function sketchFacts(sketches: readonly PackageSketch[], policy: Policy, now: Date): Facts {
  const hasAdvisoryData = !sketches.some(({ missing }) => missing.includes('advisories'));
  return {
    packages: sketches.map((sketch) => sketchPackage(sketch, policy, now)),
    ...(hasAdvisoryData ? { advisoryData: { asOf: now.toISOString() } } : {}),
  };
}

type GoodRequirement = Extract<RequirementReading, { ok: true }>;

/** The requirement of a case, which the schema has already accepted. */
export function readSketch({ package: text }: PackageSketch): GoodRequirement & { version: string | undefined } {
  const reading = parseRequirement(text);
  if (!reading.ok) throw new TypeError(reading.message);
  return { ...reading, version: pinnedVersion(reading.specifiers) };
}

function sketchPackage(sketch: PackageSketch, policy: Policy, now: Date): PackageFacts {
  const { requirement, version } = readSketch(sketch);
  const { name, specifier } = requirement;
  const lacks = (fact: PackageSketch['missing'][number]): boolean => sketch.missing.includes(fact);
  const facts: PackageFacts = {
    name,
    ...(version === undefined || lacks('version') ? { specifier } : { version }),
    requested: sketch.dependants.length === 0,
    dependants: sketch.dependants.map(normalizeName),
    advisories: sketch.advisories.map(({ id, aliases, severity }) => ({
      id,
      aliases,
      withdrawn: false,
      ...(severity === undefined || lacks('severity') ? {} : { severity }),
    })),
  };
  if (sketch.lookalike !== undefined) facts.lookalike = { of: sketch.lookalike, why: 'the case says so' };
  if (!lacks('files')) facts.files = [sketchFile(sketch, policy, now)];
  if (!lacks('licence')) facts.licence = { expression: sketch.licence ?? goodLicence(policy) };
  if (!lacks('source')) facts.index = sketch.index ?? goodIndex(policy, name);
  if (!lacks('status')) facts.status = sketch.status;
  if (!lacks('inspection')) facts.inspection = sketchInspection(sketch);
  return facts;
}

function sketchFile(sketch: PackageSketch, policy: Policy, now: Date): NonNullable<PackageFacts['files']>[number] {
  const { requirement, version = '0' } = readSketch(sketch);
  const name = `${requirement.name.replaceAll('-', '_')}-${version}${sketch.wheel ? '-py3-none-any.whl' : '.tar.gz'}`;
  const ageMs = sketch.age ?? policy.packages.releaseAge.minimum + dayMs;
  const sha256 = sketch.sha256 ?? createHash('sha256').update(name).digest('hex');
  return {
    name,
    yanked: sketch.yanked,
    isWheel: sketch.wheel,
    ...(sketch.missing.includes('hash') ? {} : { sha256 }),
    ...(sketch.missing.includes('size') ? {} : { sizeBytes: sketch.size ?? 1 }),
    ...(sketch.missing.includes('uploadTime') ? {} : { uploadTime: new Date(now.getTime() - ageMs).toISOString() }),
  };
}

function sketchInspection({ installedSize, startupFiles, nativeCode }: PackageSketch): PackageFacts['inspection'] {
  return { installedBytes: installedSize ?? 1, hasStartupFiles: startupFiles, hasNativeCode: nativeCode };
}

function goodLicence(policy: Policy): string {
  const candidates = ['MIT', ...policy.packages.licences.allow.filter((text) => !isGlob(text))];
  return candidates.find((text) => isLicenceAllowed(policy, text)) ?? 'MIT';
}

function goodIndex({ packages: { sources } }: Policy, name: string): string {
  const own = sources.only.find((rule) => namesPackage(packagePattern(rule.package), name));
  return [own?.index, ...sources.allow].find((index) => index !== undefined && !isGlob(index)) ?? 'default';
}
