/** The condition behind the “;” of a requirement, as PEP 508 has it. */
export type Marker = MarkerComparison | { readonly kind: 'and' | 'or'; readonly parts: readonly Marker[] };

export interface MarkerComparison {
  readonly kind: 'comparison';
  readonly variable: MarkerVariable;
  readonly operator: MarkerOperator;
  readonly text: string;
  /** `"3.9" < python_version` and not the other way round: `in` and the orders tell the two apart. */
  readonly isTextFirst: boolean;
}

export const markerVariables = [
  'os_name',
  'sys_platform',
  'platform_machine',
  'platform_python_implementation',
  'platform_release',
  'platform_system',
  'platform_version',
  'python_version',
  'python_full_version',
  'implementation_name',
  'implementation_version',
] as const;

/** `extra` in the metadata of a package; `extras` and `dependency_groups` in a lock (PEP 751). */
export type MarkerVariable = (typeof markerVariables)[number] | 'extra' | 'extras' | 'dependency_groups';

export type MarkerOperator = '<' | '<=' | '!=' | '==' | '>=' | '>' | '~=' | '===' | 'in' | 'not in';

/** Those whose values are versions, and are compared so. */
export const versionVariables: ReadonlySet<MarkerVariable> = new Set([
  'python_version',
  'python_full_version',
  'implementation_version',
  'platform_release',
]);

/** The one spelling of a marker: what is equal but for spaces, quotes and needless parentheses is equal in it. */
export function formatMarker(marker: Marker): string {
  if (marker.kind === 'comparison') return formatComparison(marker);
  return marker.parts
    .map((part) => (marker.kind === 'and' && part.kind === 'or' ? `(${formatMarker(part)})` : formatMarker(part)))
    .join(` ${marker.kind} `);
}

function formatComparison({ variable, operator, text, isTextFirst }: MarkerComparison): string {
  const quoted = text.includes('"') ? `'${text}'` : `"${text}"`;
  return isTextFirst ? `${quoted} ${operator} ${variable}` : `${variable} ${operator} ${quoted}`;
}
