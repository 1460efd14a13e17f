import { normalizeName, type Policy } from '../../policy/index.ts';
import { NameTable } from './name-table.ts';
import { suggestAmong } from './suggest-name.ts';

/** The project that a name which exists is easily taken for. */
export interface Lookalike {
  readonly of: string;
  readonly why: string;
}

const tables = new WeakMap<Policy, NameTable>();
const maxRemembered = 20_000;
const remembered = new WeakMap<NameTable, Map<string, Lookalike | undefined>>();

/** What a name is easily taken for: a famous one, or one that the policy names; undefined of those themselves. */
export function findLookalike(text: string, policy: Policy): Lookalike | undefined {
  const name = normalizeName(text);
  const trusted = trustedNames(policy);
  const known = remembered.get(trusted) ?? new Map<string, Lookalike | undefined>();
  if (known.has(name)) return known.get(name);
  const found = suggestAmong(name, { trusted, exists: true });
  const lookalike = found === undefined ? undefined : { of: found.suggestion, why: found.why };
  if (known.size >= maxRemembered) known.clear();
  remembered.set(trusted, known.set(name, lookalike));
  return lookalike;
}

/** The names that a policy vouches for: those that it allows, or says where they come from, one by one. */
export function trustedNames(policy: Policy): NameTable {
  const known = tables.get(policy);
  if (known !== undefined) return known;
  const { allow, sources } = policy.packages;
  const patterns = [...allow, ...sources.only].map((rule) => /^[^\s<>=!~]+/.exec(rule.package)?.[0] ?? '');
  const table = new NameTable(patterns.filter((pattern) => !/[*?[]/.test(pattern)).map(normalizeName));
  tables.set(policy, table);
  return table;
}
