import { z } from 'zod';

import { isProjectName, normalizeName } from '../../policy/index.ts';
import type { Advisory, Affected } from './advisory.ts';
import { type OsvAffected, type OsvRecord, osvRecordSchema } from './osv-schema.ts';
import { readRanges } from './read-ranges.ts';
import { rateSeverity } from './severity.ts';

/** What became of one record. Problems are told; what could be used was used all the same where an advisory is there. */
export type OsvReading =
  | { readonly kind: 'advisory'; readonly advisory: Advisory; readonly problems: readonly string[] }
  | { readonly kind: 'withdrawn' | 'elsewhere' }
  | { readonly kind: 'refused'; readonly problem: string };

const ecosystem = 'PyPI';
const maxIdLength = 128;
const maxSummaryLength = 200;
const maxVersionLength = 200;
/** Nothing that looks like another character: what only looks like MAL-1 must not be mistaken for it, nor pass for less. */
const idPattern = /^[A-Za-z0-9][A-Za-z0-9._:-]*$/;
const printable = /^[\x21-\x7e]+$/;

/** Reads one OSV record, and takes of it what is said of Python's packages. Whatever is wrong with it is a value. */
export function readOsvRecord(text: string): OsvReading {
  const record = parse(text);
  if (typeof record === 'string') return { kind: 'refused', problem: record };
  const { id } = record;
  if (!isId(id)) return { kind: 'refused', problem: `“${id.slice(0, 60)}” is no id of an advisory` };
  // Any mark at all: a time that cannot be read would otherwise keep an advisory that was taken back.
  if (record.withdrawn !== undefined && record.withdrawn !== null) return { kind: 'withdrawn' };
  const problems: string[] = [];
  const affected = (record.affected ?? []).flatMap((each) => readAffected(record, each, problems));
  if (affected.length === 0) {
    const [problem] = problems;
    return problem === undefined ? { kind: 'elsewhere' } : { kind: 'refused', problem: `${id}: ${problem}` };
  }
  const aliases = (record.aliases ?? []).filter(
    (alias) => isId(alias) || void problems.push('has an alias that is no id'),
  );
  const advisory: Advisory = {
    id,
    aliases: [...new Set(aliases)].filter((alias) => alias !== id).sort(),
    modified: readTime(record.modified),
    published: readTime(record.published),
    summary: readSummary(record.summary),
    affected: affected.sort((one, other) => compareText(one.name, other.name)),
  };
  return { kind: 'advisory', advisory, problems: problems.map((problem) => `${id}: ${problem}`) };
}

function parse(text: string): OsvRecord | string {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return 'is not JSON';
  }
  const { success, data, error } = osvRecordSchema.safeParse(document);
  if (success) return data;
  const [issue] = error.issues;
  const path = issue === undefined ? '' : z.core.toDotPath(issue.path);
  return `${path === '' ? 'the record' : path}: ${issue?.message ?? 'is not of the schema'}`.slice(0, 200);
}

function readAffected(record: OsvRecord, affected: OsvAffected, problems: string[]): Affected[] {
  if (affected.package?.ecosystem !== ecosystem) return [];
  const { name } = affected.package;
  if (!isProjectName(name)) {
    problems.push(`“${name.slice(0, 60)}” is not the name of a project`);
    return [];
  }
  const versions = (affected.versions ?? []).filter((version) => {
    return isListable(version) || void problems.push('lists a version that is none');
  });
  const { ranges, unread } = readRanges(affected.ranges ?? [], versions.length > 0);
  problems.push(...unread.map((version) => `the version “${version.slice(0, 60)}” of a range cannot be read`));
  if (ranges.length === 0 && versions.length === 0) {
    problems.push(`says of ${normalizeName(name)} neither a range nor a version that can be used`);
    return [];
  }
  return [{ name: normalizeName(name), severity: severityOf(record, affected), ranges, versions }];
}

/** As the schema says, what is said of the package goes before what is said of all; words of either count beside it. */
function severityOf(record: OsvRecord, affected: OsvAffected): Affected['severity'] {
  const own = affected.severity ?? [];
  const stated = [record.database_specific, affected.database_specific, affected.ecosystem_specific].map(
    (each) => each?.severity,
  );
  return rateSeverity(
    own.length > 0 ? own : (record.severity ?? []),
    stated.filter((word) => typeof word === 'string'),
  );
}

function isId(text: string): boolean {
  return text.length <= maxIdLength && idPattern.test(text);
}

function isListable(version: string): boolean {
  return version.length <= maxVersionLength && printable.test(version);
}

function readTime(value: unknown): string | undefined {
  const reading = z.iso.datetime({ offset: true }).safeParse(value);
  if (!reading.success) return undefined;
  const time = new Date(reading.data);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

function readSummary(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const line = value.replace(/[\s\p{Cc}\p{Cf}\p{Cs}]+/gu, ' ').trim();
  return line === '' ? undefined : line.slice(0, maxSummaryLength).toWellFormed();
}

function compareText(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
