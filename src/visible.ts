/** What others wrote (an entry, a policy, facts) on one line: nothing of it reaches a terminal or a page but what can be seen. */
export function toVisible(text: string): string {
  // Control characters, those that turn the direction of writing, and those that take no room at all.
  return text.toWellFormed().replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escapeCharacter);
}

export interface WordsBounds {
  readonly maxLines: number;
  readonly maxCharacters: number;
}

/** The end of what a program said, cut to lines of which each can be shown. */
export function lastWords(said: string, { maxLines, maxCharacters }: WordsBounds): string {
  const lines = said.slice(-maxCharacters).trimEnd().split(/\r?\n/);
  return lines.slice(-maxLines).map(toVisible).join('\n').slice(-maxCharacters);
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
