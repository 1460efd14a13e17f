import { BelljarError } from '../errors.ts';
import { parseDurationMs } from '../units.ts';
import { type OptionValues, stringOption } from './command.ts';

interface MomentOptions {
  readonly now: Date;
  /** What a day alone stands for; its beginning where left out. */
  readonly timeOfDay?: string;
}

/**
 * A moment as people type it: a day, a day and a time, or how long ago. It is UTC unless an offset says otherwise.
 *
 * @throws USAGE
 */
export function parseMoment(text: string, { now, timeOfDay = '00:00' }: MomentOptions): Date {
  const parts =
    /^(\d{4}-\d\d-\d\d)(?:[T ]((?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(text);
  const [, day, time = timeOfDay, offset = 'Z'] = parts ?? [];
  const moment = day === undefined ? parseAgo(text, now) : new Date(`${day}T${time}${offset}`);
  if (!Number.isNaN(moment.getTime()) && (day === undefined || isRealDay(day))) return moment;
  throw new BelljarError('USAGE', `there is no such time as ${text}`, { hint: momentHint });
}

/**
 * The moment that --at names, now where it is left out. A day is its noon there, which is that day nearly everywhere.
 *
 * @throws USAGE
 */
export function readAt(values: OptionValues, now = new Date()): Date {
  const text = stringOption(values, 'at');
  return text === undefined ? now : parseMoment(text, { now, timeOfDay: '12:00' });
}

const momentHint =
  'Write 2027-03-31, 2027-03-31T08:00 (UTC), 2027-03-31T08:00+02:00, or how long ago: 90s, 30m, 2h, 7d.';

/** 31 February would silently become a day in March. */
function isRealDay(day: string): boolean {
  const start = new Date(`${day}T00:00Z`);
  return !Number.isNaN(start.getTime()) && start.toISOString().startsWith(day);
}

function parseAgo(text: string, now: Date): Date {
  try {
    return new Date(now.getTime() - parseDurationMs(text.replace(/\s*ago$/, '')));
  } catch (cause) {
    throw new BelljarError('USAGE', `“${text}” is no time`, { hint: momentHint, cause });
  }
}
