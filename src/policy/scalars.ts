import { z } from 'zod';

import { type Glob, parseGlob } from './glob.ts';
import { readLicencePattern } from './licence-pattern.ts';
import { isProjectName, normalizeName } from './names.ts';
import { readPackagePattern } from './package-pattern.ts';
import { parseSpecifiers } from './specifiers.ts';
import { readByteSize, readDurationMs } from '../units.ts';

/** The single values of a policy: text in the file, checked and turned into what they mean. */

type Checked<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly message: string };

const text = z.string().min(1, 'must not be empty').max(2000, 'is too long');

/** A text that `read` accepts, turned into what `read` makes of it. */
function textAs<Value>(read: (text: string) => Checked<Value>) {
  return text.transform((value, context): Value => {
    const reading = read(value);
    if (reading.ok) return reading.value;
    context.issues.push({ code: 'custom', message: reading.message, input: value });
    return z.NEVER;
  });
}

function kept<Value>(value: Value, message: string | undefined): Checked<Value> {
  return message === undefined ? { ok: true, value } : { ok: false, message };
}

const sizeMeta = {
  description: 'A size: 512MB is decimal, 512MiB binary, a plain number bytes.',
  samples: ['512MiB', '2GB'],
};

export const byteSize = z
  .union([z.string().min(1, 'must not be empty'), z.number()])
  .transform((value, context): number => {
    const reading = readByteSize(value);
    if (reading.ok) return reading.value;
    context.issues.push({ code: 'custom', message: reading.message, input: value });
    return z.NEVER;
  })
  .meta(sizeMeta);

export const positiveByteSize = byteSize.refine((bytes) => bytes > 0, 'must be more than 0').meta(sizeMeta);

const durationMeta = { description: 'A duration: 500ms, 30s, 5m, 1h, 7d or 2w.', samples: ['30s', '7d'] };

export const duration = textAs<number>(readDurationMs).meta(durationMeta);

export const positiveDuration = duration.refine((ms) => ms > 0, 'must be more than 0').meta(durationMeta);

export const packagePatternText = textAs((value) => {
  const reading = readPackagePattern(value);
  return kept(value.trim(), reading.ok ? undefined : reading.message);
}).meta({
  description: 'A project or a glob over projects (compared as PEP 503 spells them), with PEP 440 versions or without.',
  samples: ['numpy', 'acme-*', 'pandas>=2,<3'],
});

export const licencePatternText = textAs((value) => {
  const reading = readLicencePattern(value);
  return kept(value.trim(), reading.ok ? undefined : reading.message);
}).meta({
  description: 'An SPDX id, a glob over ids, or an id WITH an exception.',
  samples: ['MIT', 'GPL-*', 'GPL-2.0-only WITH Classpath-exception-2.0'],
});

export const projectName = textAs((value) =>
  kept(normalizeName(value), isProjectName(value) ? undefined : `“${value}” is not a project's name`),
).meta({ description: 'The name of one project; its spelling does not matter.' });

export const specifierText = textAs((value) =>
  kept(value.trim(), parseSpecifiers(value) === undefined ? `“${value}” is not a version specifier` : undefined),
).meta({ description: 'PEP 440 versions.', samples: ['==2.3.1', '>=2,<3'] });

export const globText = textAs((value) => {
  const reading: { ok: true; glob: Glob } | { ok: false; message: string } = parseGlob(value);
  return kept(value, reading.ok ? undefined : reading.message);
}).meta({ description: 'A name, or a glob with *, ? and […].' });

export const calendarDate = textAs((value) =>
  kept(value, isCalendarDate(value) ? undefined : `“${value}” is not a date: write year-month-day, as in 2027-03-31`),
).meta({ description: 'A day, as in 2027-03-31. It counts to its end in UTC.', samples: ['2027-03-31'] });

export const sha256 = textAs((value) =>
  kept(
    value.toLowerCase(),
    /^[0-9a-f]{64}$/i.test(value) ? undefined : 'a sha256 has 64 hexadecimal digits, without a prefix',
  ),
).meta({ description: 'The sha256 of one file: 64 hexadecimal digits.' });

export const hostName = textAs((value) => {
  const host = value.toLowerCase();
  const labels = (host.startsWith('*.') ? host.slice(2) : host).split('.');
  const isName = host.length <= 253 && labels.every((label) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(label));
  // Addresses are refused: what a name resolves to is checked when it is dialled.
  const isAddress = /^(?:\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '');
  const hint = 'write a host name as it stands in a certificate, such as api.example.org or *.example.org';
  if (!isName || isAddress) return kept(host, `“${value}” is not a host name: ${hint}`);
  // RFC 6761: every resolver answers these with the loopback, which is never dialled for code behind glass.
  const isLoopback = labels.at(-1) === 'localhost';
  return kept(
    host,
    isLoopback ? `“${value}” always means the sandbox itself, and cannot be opened: ${hint}` : undefined,
  );
}).meta({
  description: 'A host name, in ASCII; *.example.org means every name below it.',
  samples: ['api.example.org'],
});

function isCalendarDate(value: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const time = Date.parse(`${value}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
}

export { text };
