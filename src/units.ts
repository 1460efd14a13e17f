import { BelljarError } from './errors.ts';

const byteUnits: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

const durationUnits: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Either the number or the sentence that says what is wrong: the schema and the command line word it differently. */
type Reading = { readonly ok: true; readonly value: number } | { readonly ok: false; readonly message: string };

/**
 * The bytes of `512MB` (decimal), `512MiB` (binary) or a plain number.
 *
 * @throws USAGE
 */
export function parseByteSize(text: string | number): number {
  return orUsage(readByteSize(text));
}

/**
 * The milliseconds of `500ms`, `30s`, `5m`, `1h`, `7d` or `2w`.
 *
 * @throws USAGE
 */
export function parseDurationMs(text: string): number {
  return orUsage(readDurationMs(text));
}

export function readByteSize(text: string | number): Reading {
  const trimmed = String(text).trim();
  if (/^\d{1,16}$/.test(trimmed)) return whole(Number(trimmed), `size “${text}”`);
  return readAmount(trimmed, {
    what: 'size',
    units: byteUnits,
    example: '512MB (decimal), 512MiB (binary) or a plain number of bytes',
  });
}

export function readDurationMs(text: string): Reading {
  return readAmount(text.trim(), { what: 'duration', units: durationUnits, example: '500ms, 30s, 5m, 1h or 7d' });
}

interface AmountKind {
  readonly what: string;
  readonly units: Readonly<Record<string, number>>;
  readonly example: string;
}

function readAmount(text: string, { what, units, example }: AmountKind): Reading {
  const [, amount, unit = ''] = /^(\d{1,16}(?:\.\d{1,9})?) ?([A-Za-z]{1,3})$/.exec(text) ?? [];
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  if (amount === undefined || factor === undefined) {
    return { ok: false, message: `“${text.slice(0, 80)}” is not a ${what}: write ${example}` };
  }
  return whole(Math.round(Number(amount) * factor), `${what} “${text}”`);
}

function whole(value: number, what: string): Reading {
  if (!Number.isSafeInteger(value)) return { ok: false, message: `the ${what} is too large` };
  return { ok: true, value };
}

function orUsage(reading: Reading): number {
  if (!reading.ok) throw new BelljarError('USAGE', reading.message);
  return reading.value;
}

/** Bytes as a person reads them; exact in the unit that takes the smallest number, where there is one. */
export function formatBytes(bytes: number): string {
  const exact = (['TiB', 'TB', 'GiB', 'GB', 'MiB', 'MB', 'KiB', 'kB'] as const)
    .map((unit) => ({ unit, amount: bytes / (byteUnits[unit] ?? 1) }))
    .filter(({ amount }) => amount >= 1 && Number.isInteger(amount));
  const shortest = exact.sort((one, other) => one.amount - other.amount)[0];
  if (shortest !== undefined) return `${shortest.amount} ${shortest.unit}`;
  if (bytes < 1000) return `${bytes} B`;
  const unit = (['TB', 'GB', 'MB', 'kB'] as const).find((name) => bytes >= (byteUnits[name] ?? 1)) ?? 'kB';
  return `${(bytes / (byteUnits[unit] ?? 1)).toFixed(1)} ${unit}`;
}

/** Milliseconds as a person reads them. */
export function formatDuration(ms: number): string {
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const factor = durationUnits[unit] ?? 1;
    if (ms >= factor && ms % factor === 0) return `${ms / factor} ${unit === 'm' ? 'min' : unit}`;
  }
  if (ms < 1000) return `${ms} ms`;
  const unit = (['d', 'h', 'm', 's'] as const).find((name) => ms >= (durationUnits[name] ?? 1)) ?? 's';
  return `${(ms / (durationUnits[unit] ?? 1)).toFixed(1)} ${unit === 'm' ? 'min' : unit}`;
}
