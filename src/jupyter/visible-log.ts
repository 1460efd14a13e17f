import { Transform } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

import { toVisible } from '../visible.ts';

/** How lines begin that are Belljar's own. */
const mark = 'belljar:';

/** What a kernel writes to its client's log: without what steers a terminal, and with no line that passes for Belljar's. */
export function visibleLog(): Transform {
  const decoder = new StringDecoder('utf8');
  let [held, isAtStart] = ['', true];
  const show = (text: string, isLast: boolean): string => {
    const lines = (held + text).split('\n');
    const shown = lines.map((line, at) => {
      const begins = at > 0 || isAtStart;
      if (at < lines.length - 1) return showLine(line, begins);
      held = begins && !isLast && mark.startsWith(line) ? line : ''; // whether it passes for ours shows later
      isAtStart = begins && (line === '' || held !== '');
      return held === '' ? showLine(line, begins) : '';
    });
    return shown.join('\n');
  };
  return new Transform({
    transform: (chunk: Buffer, _, done) => done(null, show(decoder.write(chunk), false)),
    flush: (done) => done(null, show(decoder.end(), true)),
  });
}

function showLine(line: string, begins: boolean): string {
  const visible = toVisible(line);
  return begins && visible.startsWith(mark) ? `kernel: ${visible}` : visible;
}
