import { containsVersion, normalizeName, parseSpecifiers } from '../../policy/index.ts';
import { type Marker, type MarkerComparison, type MarkerVariable, versionVariables } from './marker.ts';

/** What a marker is evaluated against. */
export type MarkerEnvironment = Readonly<
  Record<Exclude<MarkerVariable, 'extra' | 'extras' | 'dependency_groups'>, string>
> & {
  /** The extra whose requirements are looked at; left out for those without. */
  readonly extra?: string | undefined;
  readonly extras?: readonly string[] | undefined;
  readonly dependency_groups?: readonly string[] | undefined;
};

/** Whether the condition holds, as Python's `packaging` has it. */
export function evaluateMarker(marker: Marker, environment: MarkerEnvironment): boolean {
  if (marker.kind === 'comparison') return compare(marker, environment);
  const holds = (part: Marker): boolean => evaluateMarker(part, environment);
  return marker.kind === 'and' ? marker.parts.every(holds) : marker.parts.some(holds);
}

function compare({ variable, operator, text, isTextFirst }: MarkerComparison, environment: MarkerEnvironment): boolean {
  if (variable === 'extras' || variable === 'dependency_groups') {
    const isIn = (environment[variable] ?? []).some((name) => normalizeName(name) === text);
    return operator === 'in' ? isIn : !isIn;
  }
  const value = valueOf(variable, environment);
  const [left, right] = isTextFirst ? [text, value] : [value, text];
  const asVersions = versionVariables.has(variable) ? compareAsVersions(left, operator, right) : undefined;
  return asVersions ?? compareAsText(left, operator, right);
}

function valueOf(
  variable: Exclude<MarkerVariable, 'extras' | 'dependency_groups'>,
  environment: MarkerEnvironment,
): string {
  if (variable === 'extra') return normalizeName(environment.extra ?? '');
  const value = environment[variable];
  // Python calls itself 3.12.0+ where it was built between two releases.
  return variable === 'python_full_version' && value.endsWith('+') ? `${value}local` : value;
}

/** Undefined where the right side is no version: then they are text. */
function compareAsVersions(left: string, operator: string, right: string): boolean | undefined {
  if (operator === 'in' || operator === 'not in') return undefined;
  if (operator !== '===' && right.includes(',')) return undefined;
  const specifiers = parseSpecifiers(`${operator}${right}`);
  if (specifiers?.clauses.length !== 1) return undefined;
  return containsVersion(specifiers, left);
}

/** Texts have no order: what asks for one is false. */
function compareAsText(left: string, operator: string, right: string): boolean {
  switch (operator) {
    case 'in':
      return right.includes(left);
    case 'not in':
      return !right.includes(left);
    case '==':
    case '<=':
    case '>=':
    case '===':
      return left === right;
    case '!=':
      return left !== right;
    default:
      return false;
  }
}
