import type { Protection } from '../sandbox/index.ts';

/** How a program is started: behind glass without some protections, or with no glass at all. */
export type Way =
  | {
      readonly kind: 'glass';
      readonly lifted: readonly Protection[];
      readonly unlimited?: readonly OptionalLimit[];
      /** With a bound far beyond it, or a rule that names it: in words, as the control is told by them. */
      readonly allowing?: string;
    }
  /** As the same user, by a program that puts it somewhere harmless, where one is named. */
  | { readonly kind: 'outside'; readonly wrapper: readonly string[] };

/** Limits that a launch may be made without. */
export type OptionalLimit = 'wallTimeMs' | 'outputBytes';

export const wholeGlass: Way = { kind: 'glass', lifted: [] };

export function without(...lifted: readonly Protection[]): Way {
  return { kind: 'glass', lifted };
}

export function withoutLimit(limit: OptionalLimit): Way {
  return { kind: 'glass', lifted: [], unlimited: [limit] };
}

/** With all of the glass, told to allow it. */
export function allowing(what: string): Way {
  return { kind: 'glass', lifted: [], allowing: what };
}

/** Whether an attempt is to be allowed what it tries. */
export function isAllowed(way: Way): boolean {
  return way.kind === 'glass' && way.allowing !== undefined;
}

export function outside(...wrapper: readonly string[]): Way {
  return { kind: 'outside', wrapper };
}

export function describeWay(way: Way): string {
  if (way.kind === 'glass') {
    if (way.allowing !== undefined) return `with ${way.allowing}`;
    const absent = [...way.lifted, ...(way.unlimited ?? [])];
    return absent.length === 0 ? 'behind glass' : `without ${absent.join(', ')}`;
  }
  return way.wrapper.length === 0 ? 'outside the glass' : `outside the glass, by ${way.wrapper.join(' ')}`;
}
