import { BelljarError } from '../errors.ts';
import { type OptionValues, stringOption } from './command.ts';

/**
 * The moment that --at names: the noon of a day, or a time; now where it is left out.
 *
 * @throws USAGE
 */
export function readMoment(values: OptionValues): Date {
  const text = stringOption(values, 'at');
  if (text === undefined) return new Date();
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const moment = new Date(isDay ? `${text}T12:00:00Z` : text);
  const isForm = isDay || /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/.test(text);
  // A day that the calendar does not have rolls over into the next month.
  const exists = isForm && !Number.isNaN(moment.getTime()) && (!isDay || moment.toISOString().startsWith(text));
  if (exists) return moment;
  throw new BelljarError('USAGE', `“${text}” is neither a day nor a time`, {
    hint: 'Write --at 2027-03-31 or --at 2027-03-31T08:00:00Z.',
  });
}
