import type { RunLimits } from './policy-schema.ts';
import { formatBytes, formatDuration } from '../units.ts';

/** An amount of a limit as a person reads it; the unit is part of the limit's name. */
export function formatLimit(name: keyof RunLimits, value: number): string {
  if (name.endsWith('Bytes')) return formatBytes(value);
  return name.endsWith('Ms') ? formatDuration(value) : String(value);
}
