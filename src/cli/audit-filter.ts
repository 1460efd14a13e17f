import { BelljarError } from '../errors.ts';
import { type EntryFilter } from '../record/index.ts';
import { type CommandOptions, type OptionValues, stringOption } from './command.ts';
import { parseMoment } from './moment.ts';

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
export function readFilter(values: OptionValues, now = new Date()): EntryFilter {
  const filter: { -readonly [Name in keyof EntryFilter]: EntryFilter[Name] } = {};
  for (const name of ['actor', 'workspace', 'action'] as const) {
    const value = stringOption(values, name);
    if (value === '') throw new BelljarError('USAGE', `--${name} needs a value`);
    if (value !== undefined) filter[name] = value;
  }
  for (const name of ['since', 'until'] as const) {
    const value = stringOption(values, name);
    if (value !== undefined) filter[name] = parseMoment(value, { now });
  }
  if (filter.since !== undefined && filter.until !== undefined && filter.since >= filter.until) {
    throw new BelljarError('USAGE', '--since must lie before --until: no entry fits both');
  }
  return filter;
}
