import { type CaseReport, type ProofReport, proveGlass } from '../belljar.ts';
import { type CommandIo, type Invocation, isFlagSet, printJson, printLine, stringOption } from './command.ts';
import { startProgress } from './progress.ts';
import { cut, fit, toVisible, widthOf } from './terminal-text.ts';

/** Proves the glass by attacking it; resolves to the exit code. */
export async function runProof({ values, io, signal }: Invocation): Promise<number> {
  const progress = startProgress(io, 'attacking');
  try {
    const report = await proveGlass({
      only: stringOption(values, 'only'),
      policyFile: stringOption(values, 'policy'),
      python: stringOption(values, 'python'),
      env: io.env,
      signal,
      onProgress: progress.update,
    });
    progress.end();
    if (isFlagSet(values, 'json')) printJson(io, report);
    else printReport(report, io);
    return report.summary.passed ? 0 : 1;
  } finally {
    progress.end();
  }
}

function printReport({ summary, cases }: ProofReport, io: CommandIo): void {
  const idWidth = Math.max(...cases.map(({ id }) => widthOf(id)));
  let family: string | undefined;
  for (const one of cases) {
    if (one.family !== family) printLine(io, `${family === undefined ? '' : '\n'}${one.family}`);
    family = one.family;
    const line = `  ${one.verdict.padEnd(10)} ${fit(one.id, idWidth)}  ${one.title}`;
    printLine(io, io.stdout.isTTY === true ? cut(line, io.stdout.columns ?? 80) : line);
    for (const detail of explain(one)) printLine(io, `             ${toVisible(detail)}`);
  }
  const { contained, escaped, unproven, skipped, refused, absent, controls, ms } = summary;
  const counts = { contained, escaped, unproven, skipped, refused };
  const words = Object.entries(counts).filter(([verdict, count]) => count > 0 || verdict === 'escaped');
  printLine(
    io,
    `\n${summary.cases} cases in ${(ms / 1000).toFixed(1)} s: ${words.map(([verdict, count]) => `${count} ${verdict}`).join(', ')}`,
  );
  printLine(io, `${controls} controls succeeded; ${absent} cases are absent: this machine has nothing to attack there`);
  printLine(io, summary.passed ? 'The glass holds.' : 'The glass is not proven.');
}

/** What went as it should needs no words: --json has them. */
function explain({ verdict, evidence, protection, attack, control }: CaseReport): string[] {
  if (verdict === 'contained') return [];
  if (verdict === 'absent' || verdict === 'refused') return [evidence];
  return [
    evidence,
    `must be stopped by ${protection}`,
    `behind glass: ${attack.seen ?? 'nothing was seen'} (${attack.word})`,
    `${control.way}: ${control.seen ?? 'nothing was seen'} (${control.word})`,
  ];
}
