/** What uv said, for a person: without its boxes and arrows, and without addresses that mean nothing outside. */
export function readUvWords(said: string): string {
  const text = said
    .replaceAll(/\u001b\[[0-9;]*m/g, '')
    .replaceAll(/http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]+\/\S*/g, 'the index')
    .split('\n')
    .map((line) => line.replace(/^[\s×╰─▶│├]+/u, '').trim())
    .filter((line) => line !== '' && !/^(?:warning|hint):/i.test(line))
    .join(' ');
  return text
    .replace(/^(?:error: )?No solution found when resolving dependencies:? ?(?:cause: )?/, '')
    .slice(0, maxLength);
}

const maxLength = 4000;

/** Whether it found that there is no solution, or failed at looking for one. */
export function isUnsolvable(said: string): boolean {
  return /No solution found when resolving/.test(said);
}
