import { BelljarError } from '../errors.ts';
import { type EntryFilter } from '../record/index.ts';
import { type CommandOptions, type OptionValues, stringOption } from './command.ts';

export const filterOptions: CommandOptions = {
  actor: { type: 'string' },
  workspace: { type: 'string', short: 'w' },
  action: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
};

export const filterHelp = `  --actor ID          entries of this actor
  -w, --workspace ID  entries of this workspace
  --action ACTION     run.start, a beginning up to a dot (run), or a pattern ('*.denied')
  --since TIME        at or after: 2026-11-21, 2026-11-21T10:00 (UTC unless it ends in an offset), 2h, 7d (ago)
  --until TIME        before, in the same forms`;

/**
 * Which entries the options ask for.
 *
 * @throws USAGE
 */
export async function readFilter(values: OptionValues, now = new Date()): Promise<EntryFilter> {
  const filter: { -readonly [Name in keyof EntryFilter]: EntryFilter[Name] } = {};
  for (const name of ['actor', 'workspace', 'action'] as const) {
    const value = stringOption(values, name);
    if (value === '') throw new BelljarError('USAGE', `--${name} needs a value`);
    if (value !== undefined) filter[name] = value;
  }
  for (const name of ['since', 'until'] as const) {
    const value = stringOption(values, name);
    if (value !== undefined) filter[name] = await parseTime(value, now);
  }
  if (filter.since !== undefined && filter.until !== undefined && filter.since >= filter.until) {
    throw new BelljarError('USAGE', '--since must lie before --until: no entry fits both');
  }
  return filter;
}

/**
 * A time as people type it: a date, a date and a time, or how long ago.
 *
 * @throws USAGE
 */
export async function parseTime(text: string, now: Date): Promise<Date> {
  const date = /^\d{4}-\d\d-\d\d(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(text);
  if (date === null) return parseAgo(text, now);
  const [, time = '00:00', zone = 'Z'] = date;
  const day = text.slice(0, 10);
  const parsed = new Date(`${day}T${time}${zone}`);
  // 31 February would silently become a day in March.
  const isRealDay = !Number.isNaN(parsed.getTime()) && new Date(`${day}T00:00Z`).toISOString().startsWith(day);
  if (!isRealDay) throw new BelljarError('USAGE', `there is no such time as ${text}`);
  return parsed;
}

async function parseAgo(text: string, now: Date): Promise<Date> {
  // Loaded only here: the policy's folder is large, and most calls name no time.
  const { parseDurationMs } = await import('../policy/index.ts');
  try {
    return new Date(now.getTime() - parseDurationMs(text.replace(/\s*ago$/, '')));
  } catch (cause) {
    throw new BelljarError('USAGE', `“${text}” is no time`, {
      hint: 'Write 2026-11-21, 2026-11-21T10:00, or how long ago: 90s, 30m, 2h, 7d.',
      cause,
    });
  }
}
