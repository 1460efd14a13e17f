import { setTimeout as delay } from 'node:timers/promises';

import { BelljarError } from '../errors.ts';
import { type AuditRecord, type Entry, type EntryFilter } from '../record/index.ts';
import { filterHelp, filterOptions, readFilter } from './audit-filter.ts';
import { describeNothing, withHomeRecord } from './audit-home.ts';
import { headings, layOut, type Layout, printEntry } from './audit-table.ts';
import {
  type Command,
  type CommandIo,
  type Invocation,
  isFlagSet,
  printJson,
  printLine,
  stringOption,
} from './command.ts';

const defaultLimit = 20;
const largestLimit = 10_000;
const pollMs = 300;

export const auditTailCommand: Command = {
  positionals: 0,
  help: `
belljar audit tail [FILTER…] [--limit N] [--follow] [--json]

Prints the newest entries of the record, oldest first. Times are UTC. Characters that a terminal would obey are shown
as \\u001b and the like.

${filterHelp}
  -n, --limit N       how many at most (default: ${defaultLimit})
  -f, --follow        go on printing what is added, until Ctrl-C
  --json              one document with whole entries; with --follow one entry per line

Exit code: 0, also where there is nothing to print; 130 when --follow is interrupted.

Example:
  belljar audit tail --action run --since 2h
  belljar audit tail --follow --workspace notebook-7
`,
  options: {
    ...filterOptions,
    limit: { type: 'string', short: 'n' },
    follow: { type: 'boolean', short: 'f' },
  },
  run: runTail,
};

async function runTail(invocation: Invocation): Promise<number> {
  const { values } = invocation;
  const filter = readFilter(values);
  const limit = readLimit(stringOption(values, 'limit'));
  if (isFlagSet(values, 'follow')) return follow(invocation, filter, limit);
  return withHomeRecord(invocation, async (home) => {
    const entries = home === undefined ? [] : await home.record.tail({ ...filter, limit }, invocation);
    if (isFlagSet(values, 'json')) printJson(invocation.io, { entries });
    else if (entries.length > 0) printTable(invocation.io, entries);
    else
      printLine(
        invocation.io,
        Object.keys(filter).length === 0 || home === undefined ? describeNothing(invocation) : 'No entry fits.',
      );
    return 0;
  });
}

function readLimit(text: string | undefined): number {
  if (text === undefined) return defaultLimit;
  const limit = Number(text);
  if (/^\d{1,6}$/.test(text) && limit >= 1 && limit <= largestLimit) return limit;
  throw new BelljarError('USAGE', `--limit must be a number from 1 to ${largestLimit}`, {
    hint: 'For more, use `belljar audit export`.',
  });
}

function printTable(io: CommandIo, entries: readonly Entry[]): Layout {
  const layout = layOut(entries, io.stdout.isTTY === true ? io.stdout.columns || undefined : undefined);
  if (io.stdout.isTTY === true) printLine(io, headings(layout));
  for (const entry of entries) printLine(io, printEntry(entry, layout));
  return layout;
}

/** Waits for a record to appear, too: whoever starts watching first sees the beginning. */
async function follow(invocation: Invocation, filter: EntryFilter, limit: number): Promise<number> {
  let isFinished = false;
  while (!isFinished) {
    isFinished = await withHomeRecord(invocation, async (home) => {
      if (home === undefined) return pause(invocation.signal);
      await followRecord(home.record, invocation, { filter, limit });
      return true;
    });
  }
  return 130;
}

async function followRecord(
  record: AuditRecord,
  { values, io, signal }: Invocation,
  { filter, limit }: { filter: EntryFilter; limit: number },
): Promise<void> {
  let seen = (await record.head())?.seq ?? 0;
  const first = await record.tail({ ...filter, limit, upToSeq: seen });
  const asJson = isFlagSet(values, 'json');
  const layout = asJson ? undefined : printTable(io, first);
  const print = (entry: Entry): void =>
    printLine(io, layout === undefined ? JSON.stringify(entry) : printEntry(entry, layout));
  if (asJson) first.forEach(print);
  while (!(await pause(signal))) {
    const newest = (await record.head())?.seq ?? 0;
    if (newest === seen) continue;
    for await (const entry of record.entries({ ...filter, afterSeq: seen, upToSeq: newest })) print(entry);
    seen = newest;
  }
}

/** Resolves to whether the wait was interrupted. */
async function pause(signal: AbortSignal): Promise<boolean> {
  return delay(pollMs, false, { signal }).catch(() => true);
}
