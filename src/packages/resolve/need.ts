import { isProjectName, normalizeName } from '../../policy/index.ts';
import { evaluateMarker, type Marker, type MarkerEnvironment, parseMarker } from '../wish/index.ts';

/** One requirement in the METADATA of a package. */
export interface Need {
  readonly name: string;
  readonly extras: readonly string[];
  /** Undefined where it is always needed. */
  readonly marker: Marker | undefined;
}

const shape = /^(?<name>[A-Za-z0-9._-]+)\s*(?:\[(?<extras>[^\]]*)\])?(?<rest>[^;]*)(?:;(?<marker>.*))?$/s;

/** Undefined where it cannot be read, as some old ones cannot: who is needed by whom is told, never relied on. */
export function readNeed(text: string): Need | undefined {
  const { name = '', extras = '', marker } = shape.exec(text.trim())?.groups ?? {};
  if (!isProjectName(name)) return undefined;
  const reading = marker === undefined ? undefined : parseMarker(marker.trim());
  if (reading?.ok === false) return undefined;
  const names = extras.split(',').map((extra) => extra.trim());
  return {
    name: normalizeName(name),
    extras: names.filter(isProjectName).map(normalizeName),
    marker: reading?.marker,
  };
}

/** Whether it is needed where the package that says so was asked for with these extras. */
export function isNeeded({ marker }: Need, environment: MarkerEnvironment, extras: Iterable<string>): boolean {
  if (marker === undefined) return true;
  return ['', ...extras].some((extra) => evaluateMarker(marker, { ...environment, extra }));
}
