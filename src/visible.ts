/** What others wrote (an entry, a policy, facts) on one line: nothing of it reaches a terminal or a page but what can be seen. */
export function toVisible(text: string): string {
  // Control characters, those that turn the direction of writing, and those that take no room at all.
  return text.toWellFormed().replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escapeCharacter);
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
