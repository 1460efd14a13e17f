/** The TOML that stands in comments at the head of a script (PEP 723). */
export interface ScriptBlock {
  readonly text: string;
  /** The line of the script on which its first line stands, from one. */
  readonly firstLine: number;
}

/** As the PEP reads them: from the opening line to the last closing one before the comment ends. */
export function findScriptBlocks(code: string): readonly ScriptBlock[] {
  const lines = code.split(/\r\n|\r|\n/);
  const blocks: ScriptBlock[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    if (lines[at] !== '# /// script') continue;
    let end = at + 1;
    while (lines[end] === '#' || lines[end]?.startsWith('# ') === true) end += 1;
    const comment = lines.slice(at + 1, end);
    const close = comment.lastIndexOf('# ///');
    if (close < 1) {
      // Nothing that opens later in this comment is closed either.
      at = end - 1;
      continue;
    }
    const content = comment.slice(0, close).map((line) => line.slice(2));
    blocks.push({ text: content.join('\n'), firstLine: at + 2 });
    at += close + 1;
  }
  return blocks;
}
