/** What a database stores and gives back. An integer beyond 2^53 is a bigint, never a rounded number. */
export type SqlValue = null | number | bigint | string | Uint8Array;

/** Text and parameters of a query, kept apart until a dialect renders them. */
export class Sql {
  readonly strings: readonly string[];
  readonly values: readonly SqlValue[];

  constructor(strings: readonly string[], values: readonly SqlValue[]) {
    this.strings = strings;
    this.values = values;
  }
}

/**
 * A query: values become parameters, nested queries become part of the text.
 *
 * @example
 * const newest = sql`select body from entries where seq > ${seq} and ${condition} limit ${10}`;
 */
export function sql(strings: TemplateStringsArray, ...parts: readonly (SqlValue | Sql)[]): Sql {
  const texts = [strings[0] ?? ''];
  const values: SqlValue[] = [];
  parts.forEach((part, index) => {
    const following = strings[index + 1] ?? '';
    if (part instanceof Sql) {
      appendText(texts, part.strings[0] ?? '');
      texts.push(...part.strings.slice(1));
      appendText(texts, following);
      values.push(...part.values);
    } else {
      values.push(part);
      texts.push(following);
    }
  });
  return new Sql(texts, values);
}

/** Joins fragments; the separators are a closed list, so that no text of a caller gets in. */
export function joinSql(parts: readonly Sql[], separator: ' and ' | ' or ' | ', '): Sql {
  const between = new Sql([separator], []);
  return parts.reduce(
    (joined, part, index) => (index === 0 ? part : sql`${joined}${between}${part}`),
    new Sql([''], []),
  );
}

/** The text for one dialect, with its placeholders, and the parameters in their order. */
export function renderSql(query: Sql, placeholder: (position: number) => string): { text: string; params: SqlValue[] } {
  let text = query.strings[0] ?? '';
  for (let index = 1; index < query.strings.length; index++) text += placeholder(index) + (query.strings[index] ?? '');
  return { text, params: [...query.values] };
}

function appendText(texts: string[], text: string): void {
  texts[texts.length - 1] = `${texts.at(-1) ?? ''}${text}`;
}
