/** What uv said, for a person: without its boxes and arrows, and without addresses that mean nothing outside. */
export function readUvWords(said: string): string {
  const text = said
    .replaceAll(/\u001b\[[0-9;]*m/g, '')
    .replaceAll(/http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]+\/\S*/g, 'the index')
    .split('\n')
    .map((line) => line.replace(/^[\s×╰─▶│├]+/u, '').trim())
    .filter((line) => line !== '' && !/^(?:warning|hint):/i.test(line))
    .join(' ');
  return shorten(text.replace(/^(?:error: )?No solution found when resolving dependencies:? ?(?:cause: )?/, ''));
}

const maxLength = 2000;

/** The conclusion stands at the end, and what it rests on before it: the end stays, from the beginning of a sentence on. */
function shorten(text: string): string {
  if (text.length <= maxLength) return text;
  const end = text.slice(-maxLength);
  const sentence = /\. (?=\p{Lu})/u.exec(end);
  return `… ${sentence === null ? end : end.slice(sentence.index + 2)}`;
}

/** Whether it found that there is no solution, or failed at looking for one. */
export function isUnsolvable(said: string): boolean {
  // Of much that was said only the end is left, and it is wrapped anywhere.
  return /No solution found when resolving|your requirements are unsatisfiable/.test(said.replaceAll(/\s+/g, ' '));
}
