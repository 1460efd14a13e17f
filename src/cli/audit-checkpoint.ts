import { describeNothing, withHomeRecord } from './audit-home.ts';
import { writeWholeFile } from './whole-file.ts';
import { type Command, type Invocation, isFlagSet, printJson, printLine, stringOption } from './command.ts';
import { toVisible } from './terminal-text.ts';

export const auditCheckpointCommand: Command = {
  positionals: 0,
  help: `
belljar audit checkpoint [--out FILE] [--json]

Signs the newest entry of the record, and so all before it. Keep the checkpoint where those who can write to
BELLJAR_HOME cannot: it alone shows later that the end of the record was cut off, or the whole record replaced.

  --out FILE          write to this file, whole or not at all (default: standard output)
  --json              with --out: the checkpoint on standard output, too

Exit code: 0, or 1 where there is nothing to sign yet.

Example:
  belljar audit checkpoint --out /mnt/elsewhere/monday.json
`,
  options: { out: { type: 'string' } },
  run: runCheckpoint,
};

async function runCheckpoint(invocation: Invocation): Promise<number> {
  const { values, io, signal } = invocation;
  const out = stringOption(values, 'out');
  return withHomeRecord(invocation, async (home) => {
    if (home === undefined || (await home.record.head()) === undefined) {
      io.stderr.write(`${describeNothing(invocation)}\n`);
      return 1;
    }
    const checkpoint = await home.record.checkpoint({ signal });
    if (out !== undefined)
      await writeWholeFile(out, async (write) => write(`${JSON.stringify(checkpoint, undefined, 2)}\n`));
    if (out === undefined || isFlagSet(values, 'json')) printJson(io, checkpoint);
    else printLine(io, `Signed entry ${checkpoint.seq.toLocaleString('en')}; the checkpoint is in ${toVisible(out)}.`);
    return 0;
  });
}
