import { hash } from 'node:crypto';

import { Enums, Models, Serialize, Spec, SPDX } from '@cyclonedx/cyclonedx-library';
import parse from 'spdx-expression-parse';

import type { Lock } from '../packages/index.ts';
import type { KnownLicence } from './known-licence.ts';

export interface SbomOptions {
  /** Of what: a workspace, or an environment by its key. */
  readonly subject: string;
  readonly lock: Lock;
  /** By the name of the package. */
  readonly licences: ReadonlyMap<string, KnownLicence>;
}

type Locked = Lock['packages'][number];

/** A CycloneDX 1.6 bill of materials as JSON: the same text for the same lock, so without the time at which it was made. */
export function writeSbom({ subject, lock, licences }: SbomOptions): string {
  const components = new Map(lock.packages.map((each) => [each.name, describe(each, licences.get(each.name))]));
  for (const { name, requiredBy } of lock.packages) {
    for (const dependant of requiredBy) link(components.get(dependant), components.get(name));
  }
  const root = new Models.Component(Enums.ComponentType.Application, subject, { bomRef: 'root' });
  for (const { name, isRequested } of lock.packages) if (isRequested) link(root, components.get(name));
  const belljar = new Models.Component(Enums.ComponentType.Application, 'belljar');
  const tools = new Models.Tools({ components: new Models.ComponentRepository([belljar]) });
  const bom = new Models.Bom({
    serialNumber: serialOf(subject, lock),
    metadata: new Models.Metadata({ component: root, tools }),
    components: new Models.ComponentRepository(components.values()),
  });
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

function describe({ name, version, wheels, sdist }: Locked, licence: KnownLicence | undefined): Models.Component {
  const purl = `pkg:pypi/${name}@${encodeURIComponent(version)}`;
  const [file] = [...wheels, ...(sdist === undefined ? [] : [sdist])];
  const component = new Models.Component(Enums.ComponentType.Library, name, { version, purl, bomRef: purl });
  if (file === undefined) return component;
  component.hashes.set(Enums.HashAlgorithm['SHA-256'], file.sha256);
  component.properties.add(new Models.Property('belljar:file', file.filename));
  if (licence !== undefined) component.licenses.add(licenceOf(licence.expression));
  return component;
}

function link(dependant: Models.Component | undefined, needed: Models.Component | undefined): void {
  if (dependant !== undefined && needed !== undefined) dependant.dependencies.add(needed.bomRef);
}

/** What SPDX does not know is told as it stands. */
function licenceOf(expression: string): Models.License {
  if (SPDX.isSupportedSpdxId(expression)) return new Models.SpdxLicense(expression);
  return isExpression(expression) ? new Models.LicenseExpression(expression) : new Models.NamedLicense(expression);
}

/** Deeper nesting than this allows would exhaust the stack of the parser. */
const maxExpression = 1500;

function isExpression(text: string): boolean {
  if (text.length > maxExpression) return false;
  try {
    parse(text);
    return true;
  } catch {
    return false; // told by its name instead
  }
}

/** A UUID that the content gives, in the form that is kept for such. */
function serialOf(subject: string, { digest }: Lock): string {
  const hex = hash('sha256', `belljar sbom\n${subject}\n${digest}`);
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
