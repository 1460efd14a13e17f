import { isProjectName, normalizeName } from '../../policy/index.ts';
import { evaluateMarker, type Marker, type MarkerEnvironment, parseMarker } from '../wish/index.ts';

/** One requirement in the METADATA of a package. */
export interface Need {
  readonly name: string;
  readonly extras: readonly string[];
  /** As it stands there; empty where every version will do, or an address stands in its place. */
  readonly specifier: string;
  /** Undefined where it is always needed. */
  readonly marker: Marker | undefined;
}

const shape = /^(?<name>[A-Za-z0-9._-]+)\s*(?:\[(?<extras>[^\]]*)\])?(?<rest>[^;]*)(?:;(?<marker>.*))?$/s;

/** Undefined where it cannot be read, as some old ones cannot: who is needed by whom is told, never relied on. */
export function readNeed(text: string): Need | undefined {
  const { name = '', extras = '', rest = '', marker } = shape.exec(text.trim())?.groups ?? {};
  if (!isProjectName(name)) return undefined;
  const reading = marker === undefined ? undefined : parseMarker(marker.trim());
  if (reading?.ok === false) return undefined;
  const names = extras.split(',').map((extra) => extra.trim());
  return {
    name: normalizeName(name),
    extras: names.filter(isProjectName).map(normalizeName),
    specifier: readSpecifier(rest),
    marker: reading?.marker,
  };
}

/** Old METADATA has it in parentheses. */
function readSpecifier(rest: string): string {
  const text = rest.trim();
  return text.startsWith('@') ? '' : (/^\((?<inside>.*)\)$/s.exec(text)?.groups?.['inside']?.trim() ?? text);
}

/** Whether it is needed where the package that says so was asked for with these extras. */
export function isNeeded(
  { marker }: Pick<Need, 'marker'>,
  environment: MarkerEnvironment,
  extras: Iterable<string>,
): boolean {
  if (marker === undefined) return true;
  return ['', ...extras].some((extra) => evaluateMarker(marker, { ...environment, extra }));
}
