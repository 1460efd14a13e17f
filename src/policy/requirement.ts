import { isProjectName, normalizeName } from './names.ts';
import { parseSpecifiers, type SpecifierSet } from './specifiers.ts';

/** What a wish names: a project, extras and versions. */
export interface Requirement {
  /** As PEP 503 spells it. */
  readonly name: string;
  readonly extras: readonly string[];
  /** As it was written; empty where every version will do. */
  readonly specifier: string;
}

export type RequirementReading =
  | { readonly ok: true; readonly requirement: Requirement; readonly specifiers: SpecifierSet }
  | { readonly ok: false; readonly message: string };

const shape = /^(?<name>[A-Za-z0-9._-]+)[ \t]*(?:\[(?<extras>[^\]]*)\])?[ \t]*(?<rest>.*)$/;

/** Reads `name[extra] >=1,<2` and nothing else: no URL, path, marker or option. */
export function parseRequirement(text: string): RequirementReading {
  const trimmed = text.trim();
  const refused = refuseOtherForms(trimmed);
  if (refused !== undefined) return { ok: false, message: refused };
  const { name = '', extras = '', rest = '' } = shape.exec(trimmed)?.groups ?? {};
  if (!isProjectName(name)) return { ok: false, message: `“${name || trimmed}” is not a project's name` };
  const extraNames = extras.split(',').map((extra) => extra.trim());
  const wrong = extras.trim() === '' ? undefined : extraNames.find((extra) => !isProjectName(extra));
  if (wrong !== undefined) return { ok: false, message: `“${wrong}” is not the name of an extra` };
  const specifier = withoutParentheses(rest.trim());
  const specifiers = parseSpecifiers(specifier);
  if (specifiers === undefined) return { ok: false, message: `“${specifier}” is not a version specifier` };
  return {
    ok: true,
    requirement: {
      name: normalizeName(name),
      extras: extras.trim() === '' ? [] : extraNames.map(normalizeName),
      specifier,
    },
    specifiers,
  };
}

function refuseOtherForms(text: string): string | undefined {
  if (text === '') return 'the requirement is empty';
  if (text.length > 2000) return 'the requirement is too long';
  if (/[^\x20-\x7e\t]/.test(text)) return `“${text}” has characters that no requirement has`;
  if (text.startsWith('-')) return `“${text}” is an option, not a requirement`;
  if (text.includes('@') || text.includes('://'))
    return `“${text}” names an address; only names and versions are taken`;
  if (text.includes('/') || text.includes('\\')) return `“${text}” names a path; only names and versions are taken`;
  if (text.includes(';')) return `“${text}” has a marker; markers are not judged here`;
  if (text.includes('$')) return `“${text}” has a variable; nothing is put in for it`;
  return undefined;
}

function withoutParentheses(text: string): string {
  return text.startsWith('(') && text.endsWith(')') ? text.slice(1, -1).trim() : text;
}
