/** The fields of METADATA or WHEEL by their names in lower case, each with all its values in order. */
export type Headers = ReadonlyMap<string, readonly string[]>;

export type HeadersReading =
  { readonly ok: true; readonly headers: Headers } | { readonly ok: false; readonly message: string };

/** Lines that go on with the one before count, too: they are read while others wait. */
const maxLines = 20_000;

/**
 * Reads fields as the head of a mail has them, to the blank line. Strict, since Python’s own reader takes a line that it
 * cannot read for the end of all fields, and what stands behind it would be seen by some programs and not by others.
 */
export function readHeaders(bytes: Uint8Array): HeadersReading {
  const text = decode(bytes);
  if (text === undefined) return { ok: false, message: 'is not written in UTF-8' };
  const headers = new Map<string, string[]>();
  let last: string[] | undefined;
  for (const [index, line] of headLines(text)) {
    if (index > maxLines) return { ok: false, message: `has more than ${maxLines} lines` };
    if (line.includes('\r') || line.includes('\0'))
      return { ok: false, message: `has a stray end of line in line ${index}` };
    if (/^[ \t]/.test(line) && last !== undefined) {
      last.push(`${last.pop()}\n${line}`);
      continue;
    }
    const { name, value } = /^(?<name>[A-Za-z][A-Za-z0-9-]*):(?<value>.*)$/.exec(line)?.groups ?? {};
    if (name === undefined || value === undefined) {
      return { ok: false, message: `cannot be read from line ${index} on` };
    }
    last = headers.get(name.toLowerCase()) ?? [];
    last.push(value.trim());
    headers.set(name.toLowerCase(), last);
  }
  return { ok: true, headers };
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The lines before the first blank one, with their numbers. */
function* headLines(text: string): Generator<readonly [number, string]> {
  let at = 0;
  for (let index = 1; at < text.length; index += 1) {
    const end = text.indexOf('\n', at);
    const line = text.slice(at, end === -1 ? text.length : end).replace(/\r$/, '');
    if (line === '') return;
    yield [index, line];
    if (end === -1) return;
    at = end + 1;
  }
}
