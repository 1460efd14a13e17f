import { evaluateMarker, type Marker, type MarkerEnvironment, parseMarker } from '../wish/index.ts';

/** The kernel's own version is the engine's to know: of a target it is not told. */
const kernelVariables: ReadonlySet<string> = new Set(['platform_release', 'platform_version']);

/** Whether a condition holds, or could: no marker has a “not”, so that what is not known can be taken to hold. */
export function mayHold(marker: Marker, environment: MarkerEnvironment): boolean {
  if (marker.kind === 'comparison') return kernelVariables.has(marker.variable) || evaluateMarker(marker, environment);
  const may = (part: Marker): boolean => mayHold(part, environment);
  return marker.kind === 'and' ? marker.parts.every(may) : marker.parts.some(may);
}

/** Whether a condition asks for what is not known of a target. */
export function asksForKernel(marker: Marker): boolean {
  return marker.kind === 'comparison' ? kernelVariables.has(marker.variable) : marker.parts.some(asksForKernel);
}

/** The condition of what is asked for; undefined where it always holds, or says nothing that can be read. */
export function readCondition(text: string | undefined): Marker | undefined {
  const reading = text === undefined ? undefined : parseMarker(text, 'lock');
  return reading?.ok === true ? reading.marker : undefined;
}
