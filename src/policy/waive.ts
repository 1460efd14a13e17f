import type { Finding, Inquiry } from './finding.ts';
import { matchesLicence } from './licence-pattern.ts';
import type { LicenceLeaf } from './licence-expression.ts';
import type { Policy } from './policy-schema.ts';
import { decideLicence, licencePattern } from './rule-licence.ts';
import { containsVersion, parseSpecifiers } from './specifiers.ts';
import { unknownLicence } from './waivers-schema.ts';
import { parseVersion } from './versions.ts';

type Waiver = Policy['waivers'][number];

interface PlacedWaiver {
  readonly waiver: Waiver;
  readonly path: string;
  readonly isExpired: boolean;
}

export interface WaivedFinding extends Finding {
  readonly waiver?: string;
}

/** Lifts what a waiver lifts, that finding only; an expired waiver lifts nothing and is named. */
export function applyWaivers(inquiry: Inquiry, findings: readonly Finding[]): WaivedFinding[] {
  const placed = waiversOf(inquiry);
  return placed.length === 0 ? [...findings] : findings.map((finding) => applyTo(finding, placed, inquiry));
}

function waiversOf({ policy, facts, now }: Inquiry): PlacedWaiver[] {
  return policy.waivers.flatMap((waiver, index) => {
    if (waiver.package !== facts.name) return [];
    const isExpired = now.getTime() >= Date.parse(`${waiver.expires}T00:00:00Z`) + 86_400_000;
    return [{ waiver, path: `waivers[${index}]`, isExpired }];
  });
}

function applyTo(finding: Finding, placed: readonly PlacedWaiver[], inquiry: Inquiry): WaivedFinding {
  if (finding.verdict === 'allow' || finding.subject.kind === 'final') return finding;
  const fitting = placed.filter(({ waiver }) => fitsPackage(waiver, finding, inquiry) && fitsRule(waiver, finding));
  const active = lifting(
    finding,
    fitting.filter(({ isExpired }) => !isExpired),
  );
  if (active !== undefined) {
    const { owner, reason, expires } = active.waiver;
    const message = `${finding.message}; lifted by ${active.path} of ${owner} until ${expires}: ${reason}`;
    return { ...finding, verdict: 'allow', message, waiver: active.path };
  }
  const expired = lifting(finding, fitting);
  if (expired === undefined) return finding;
  const { owner, expires } = expired.waiver;
  return {
    ...finding,
    message: `${finding.message}; ${expired.path} of ${owner} lifted it until it expired on ${expires}`,
  };
}

/** Whether the waiver is for this version and this file. */
function fitsPackage({ version, sha256 }: Waiver, { subject }: Finding, { facts }: Inquiry): boolean {
  if (version !== undefined) {
    const specifiers = parseSpecifiers(version);
    const known = facts.version;
    if (specifiers === undefined || known === undefined || parseVersion(known) === undefined) return false;
    if (!containsVersion(specifiers, known)) return false;
  }
  if (sha256 === undefined) return true;
  const concerned = subject.kind === 'package' && subject.file !== undefined ? [subject.file] : (facts.files ?? []);
  return concerned.length > 0 && concerned.every((file) => file.sha256?.toLowerCase() === sha256);
}

function fitsRule({ rule }: Waiver, finding: Finding): boolean {
  if (rule === undefined || finding.rule === rule) return true;
  return finding.rule.startsWith(`${rule}.`) || finding.rule.startsWith(`${rule}[`);
}

/** The waiver that lifts the finding; of licences each waiver may lift its part, and the first is named. */
function lifting({ subject }: Finding, waivers: readonly PlacedWaiver[]): PlacedWaiver | undefined {
  switch (subject.kind) {
    case 'final':
      return undefined;
    case 'package':
      return waivers.find(({ waiver }) => isForPackage(waiver));
    case 'source':
      return waivers.find(({ waiver }) => isForPackage(waiver) && namesSource(waiver));
    case 'advisory':
      return waivers.find(({ waiver }) => {
        const id = waiver.advisory?.toUpperCase();
        return subject.ids.some((known) => known.toUpperCase() === id);
      });
    case 'licence': {
      const { expression, verdictOf } = subject;
      if (expression === undefined) return waivers.find(({ waiver }) => waiver.licence === unknownLicence);
      const used = new Set<PlacedWaiver>();
      const { verdict } = decideLicence(expression, (leaf) => {
        const own = verdictOf(leaf);
        const waived = own === 'allow' ? undefined : waivers.find(({ waiver }) => coversLeaf(waiver, leaf));
        if (waived !== undefined) used.add(waived);
        return { rule: '', verdict: waived === undefined ? own : 'allow' };
      });
      return verdict === 'allow' ? [...used][0] : undefined;
    }
  }
}

function isForPackage({ advisory, licence }: Waiver): boolean {
  return advisory === undefined && licence === undefined;
}

/** Whoever publishes the name elsewhere chooses the version too, but not the hash. */
function namesSource({ sha256, rule = '' }: Waiver): boolean {
  return sha256 !== undefined || rule === 'packages.missing.source' || /^packages\.sources(?![A-Za-z])/.test(rule);
}

function coversLeaf({ licence }: Waiver, leaf: LicenceLeaf): boolean {
  if (licence === undefined || licence === unknownLicence) return false;
  return matchesLicence(licencePattern(licence), leaf);
}
