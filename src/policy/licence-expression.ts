import parseSpdx from 'spdx-expression-parse';

import { canonicalExceptionId, canonicalLicenceId, modernSpelling } from './licence-ids.ts';

/** An SPDX expression: a licence, or two expressions of which one (`or`) or both (`and`) hold. */
export type LicenceExpression =
  | LicenceLeaf
  | {
      readonly kind: 'and' | 'or';
      readonly left: LicenceExpression;
      readonly right: LicenceExpression;
    };

export interface LicenceLeaf {
  readonly kind: 'licence';
  readonly id: string;
  /** `X+`: this version of the licence or a later one. */
  readonly hasPlus: boolean;
  readonly exception: string | undefined;
}

// Deeper nesting than this text allows would exhaust the stack of the parser.
const maxLength = 1500;

/** Reads an SPDX expression whatever its case; undefined where it is none, or names a licence that no list has. */
export function parseLicenceExpression(text: string): LicenceExpression | undefined {
  const canonical = text.length > maxLength ? undefined : canonicalText(text);
  if (canonical === undefined) return undefined;
  try {
    return fromParser(parseSpdx(canonical));
  } catch {
    // The parser throws for every text that is no expression; that is the answer, not a failure.
    return undefined;
  }
}

export function formatLicence(expression: LicenceExpression): string {
  if (expression.kind === 'licence') {
    const { id, hasPlus, exception } = expression;
    return `${id}${hasPlus ? '+' : ''}${exception === undefined ? '' : ` WITH ${exception}`}`;
  }
  const sides = [expression.left, expression.right].map((side) =>
    side.kind === 'licence' || side.kind === expression.kind ? formatLicence(side) : `(${formatLicence(side)})`,
  );
  return sides.join(` ${expression.kind.toUpperCase()} `);
}

/** Every word in the spelling of the lists, one blank between: the parser knows only these. */
function canonicalText(text: string): string | undefined {
  const words: string[] = [];
  let rest = text.trim();
  while (rest !== '') {
    const [matched, word = '', plus = ''] = /^([()]|[A-Za-z0-9.-]+)(\+?)[ \t\n]*/.exec(rest) ?? [];
    const canonical = matched === undefined ? undefined : canonicalWord(word);
    if (matched === undefined || canonical === undefined) return undefined;
    words.push(canonical + plus);
    rest = rest.slice(matched.length);
  }
  return words.join(' ');
}

function canonicalWord(word: string): string | undefined {
  if (/^(?:[()]|and|or|with)$/i.test(word)) return word.toUpperCase();
  return canonicalLicenceId(word) ?? canonicalExceptionId(word);
}

function fromParser(info: parseSpdx.Info): LicenceExpression {
  if ('conjunction' in info) {
    return { kind: info.conjunction, left: fromParser(info.left), right: fromParser(info.right) };
  }
  const { id, hasPlus } = modernSpelling(info.license, info.plus === true);
  return { kind: 'licence', id, hasPlus, exception: info.exception };
}
