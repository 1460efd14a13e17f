import { type ExportSummary } from '../record/index.ts';
import { filterHelp, filterOptions, readFilter } from './audit-filter.ts';
import { describeNothing, withHomeRecord } from './audit-home.ts';
import { writeToStdout } from './audit-output.ts';
import { writeWholeFile } from './whole-file.ts';
import { type Command, type Invocation, isFlagSet, printJson, stringOption } from './command.ts';
import { startProgress } from './progress.ts';
import { toVisible } from './terminal-text.ts';

export const auditExportCommand: Command = {
  positionals: 0,
  help: `
belljar audit export [FILTER…] [--out FILE] [--json]

Writes the record as JSON lines: a header, the entries, and a signed checkpoint as the last line. Without a filter the
file can be checked by itself, with \`belljar audit verify --file\`; a filtered one says so in its header, and cannot.

${filterHelp}
  --out FILE          write to this file, whole or not at all (default: standard output)
  --json              with --out: a summary as JSON

Exit code: 0, or 1 where there is nothing to export yet.

Example:
  belljar audit export --out record.jsonl
  belljar audit export --since 7d --action 'package.*' | jq .entry.subject
`,
  options: { ...filterOptions, out: { type: 'string' } },
  run: runExport,
};

async function runExport(invocation: Invocation): Promise<number> {
  const { values, io, signal } = invocation;
  const filter = readFilter(values);
  const out = stringOption(values, 'out');
  return withHomeRecord(invocation, async (home) => {
    if (home === undefined || (await home.record.head()) === undefined) {
      io.stderr.write(`${describeNothing(invocation)}\n`);
      return 1;
    }
    const progress = startProgress(io, 'exporting');
    const options = { filter, signal, onProgress: progress.update };
    try {
      if (out === undefined) {
        await home.record.exportTo(writeToStdout(io, signal), options);
      } else {
        const summary = await writeWholeFile(out, (write) => home.record.exportTo(write, options));
        progress.end();
        report(invocation, out, summary);
      }
      return 0;
    } finally {
      progress.end();
    }
  });
}

function report({ values, io }: Invocation, out: string, { entries, filtered, checkpoint }: ExportSummary): void {
  if (isFlagSet(values, 'json')) {
    printJson(io, { file: out, entries, filtered, checkpoint });
    return;
  }
  const which = filtered ? 'that fit the filter' : `(all), signed up to entry ${checkpoint.seq}`;
  io.stdout.write(`Wrote ${entries.toLocaleString('en')} entries ${which} to ${toVisible(out)}.\n`);
}
